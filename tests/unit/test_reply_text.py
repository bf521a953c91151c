"""Which lines of a mail are the person's new words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.email.html import html_to_text
from orchestrator.channels.email.new_words import new_words
from orchestrator.channels.email.quotes import history_starts
from tests.corpus import CORPUS, files, needs_corpus

ATTRIBUTIONS = {
    "en": "On Fri, 3 May 2024 at 10:00, Ana <ana@shop.example> wrote:",
    "en without an address": "On 3 May 2024, at 10:00, Ana wrote:",
    "en broken": "On Fri, 3 May 2024 at 10:00, A Name Of Some Length <\nana@shop.example> wrote:",
    "en broken after its first words": "On Friday,\nMay 3, 2024 at 10:00 AM, Ana <ana@shop.example> wrote:",
    "en broken with blank lines": "On Fri, 3 May 2024 at 10:00, Ana\n\n<\nmailto:ana@shop.example\n> wrote:",
    "en between dashes": "---- On Fri, 03 May 2024 10:00:00 +0200 Ana <ana@shop.example> wrote ----",
    "de": "Am 03.05.2024 um 10:00 schrieb Ana <ana@shop.example>:",
    "de with the name first": "Ana <ana@shop.example> schrieb am Fr., 3. Mai 2024 um 10:00 Uhr:",
    "es": "El vie, 3 may 2024 a las 10:00, Ana (<ana@shop.example>) escribió:",
    "fr": "Le ven. 3 mai 2024 à 10:00, Ana <ana@shop.example> a écrit\u00a0:",
    "it": "Il giorno ven 3 mag 2024 alle ore 10:00 Ana <ana@shop.example> ha scritto:",
    "pt": "Em sex., 3 de mai. de 2024 às 10:00, Ana <ana@shop.example> escreveu:",
    "nl": "Op vr 3 mei 2024 om 10:00 schreef Ana <ana@shop.example>:",
    "da": "Den fre. 3. maj 2024 kl. 10.00 skrev Ana <ana@shop.example>:",
    "pl": "pt., 3 maj 2024 o 10:00 Ana <ana@shop.example> napisał(a):",
    "cs": "pá 3. 5. 2024 v 10:00 odesílatel Ana <ana@shop.example> napsal:",
    "ru": "пт, 3 мая 2024 г. в 10:00, Ana <ana@shop.example> написал(а):",
    "tr": "Ana <ana@shop.example>, 3 May 2024 Cum, 10:00 tarihinde şunu yazdı:",
    "zh": "Ana <ana@shop.example> 于2024年5月3日周五 10:00写道：",
    "ja": "2024年5月3日(金) 10:00 Ana <ana@shop.example>:",
    "ko": "2024년 5월 3일 (금) 오전 10:00, Ana <ana@shop.example>님이 작성:",
    "ca": "Missatge de Ana <ana@shop.example> del dia dv., 3 de maig 2024 a les 10:00:",
    "said": "On 3 May 2024 at 10:00:12, Ana (ana@shop.example) said:",
    "without a colon": "On Fri, 03 May 2024 10:00:00 +0200 Ana <ana@shop.example> wrote",
    "with a day and no year": "On Fri, May 3, Ana\n<ana@shop.example>\nwrote:",
    "broken at each comma": "On May 3, 2024,\nat 10:00,\nAna <ana@shop.example> wrote:",
    "broken before the last bracket": 'Am 03.05.2024 10:00 schrieb "Ana" <ana@a-shop-with-a-long-name.example\n>:',
    "broken before the last bracket, no": "fre. 3. mai 2024 kl. 10:00 skrev Ana <ana@shop.example\n>:",
    "broken before the last bracket, fr": "Le ven. 3 mai 2024 à 10:00, Ana <ana@shop.example\n> a écrit :",
    "day, date, zone, address": "Friday, 3 May 2024, 10:00 AM +0300 from Ana <ana@shop.example>:",
    "ru without a verb": "пт, 3 мая 2024\u202fг. в 10:00, Ana <ana@shop.example>:",
    "fi": "pe 3. toukokuuta 2024 klo 10.00 Ana\n<ana@shop.example> kirjoitti:",
    "uk": "пт, 3 трав. 2024 р. о 10:00 Ana <ana@shop.example> пише:",
    "hu": "Ana <ana@shop.example> ezt írta (időpont: 2024. máj. 3., P, 10:00):",
    "ro": "vin., 3 mai 2024, 10:00 Ana <ana@shop.example> a scris:",
    "el": "Στις Παρ 3 Μαΐ 2024 στις 10:00 π.μ., ο χρήστης Ana <ana@shop.example> έγραψε:",
    "vi": "Vào Th 6, 3 thg 5, 2024 vào lúc 10:00 Ana <ana@shop.example> đã viết:",
    "az, a language nobody listed": "3 may 2024-cü il, cümə, saat 10:00, Ana <ana@shop.example> göndərdi:",
    "date first": "2024-05-03 10:00 GMT+02:00 Ana <ana@shop.example>:",
}
HEADERS = {
    "Outlook": "From: Ana <ana@shop.example>\nSent: Friday, 3 May 2024 10:00\nTo: Zoe\nSubject: Kettle",
    "Outlook in bold": "*From:* Ana\n*Sent:* Friday\n*To:* zoe@person.example\n*Subject:* Kettle",
    "under a line": "________________________________\nFrom: Ana\nSent: Friday\nTo: Zoe\nSubject: Kettle",
    "German": "Von: Ana <ana@shop.example>\nGesendet: Freitag, 3. Mai 2024\nAn: Zoe\nBetreff: Kessel",
    "French": "De : Ana <ana@shop.example>\nEnvoyé : vendredi 3 mai 2024\nÀ : Zoe\nObjet : Bouilloire",
    "Russian": "От: Ana <ana@shop.example>\nОтправлено: 3 мая 2024\nКому: Zoe",
    "Japanese": "差出人: Ana <ana@shop.example>\n送信日時: 2024年5月3日\n宛先: Zoe\n件名: ケトル",
    "a separator": "-----Original Message-----\nFrom: Ana",
    "a separator in bold": "*-------- Original Message --------*",
    "a Spanish separator": "-----Mensaje original-----\nDe: Ana\nAsunto: Tetera",
    "French webmail": "Message du : 03/05/2024 10:00\nDe : Ana <ana@shop.example>\nCopie à :\nSujet : Bouilloire",
    "a Danish separator": "-------- Oprindelig besked --------\nFra: Ana\nDato: 03.05.2024\nEmne: Kedel",
    "forwarded": "---------- Forwarded message ---------\nFrom: Ana <ana@shop.example>\nDate: Fri\nSubject: Kettle",
    "Lotus": "---------------------- Forwarded by Ana/SHOP on 05/03/2024 10:00 AM ----------------------",
}


@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_what_follows_an_attribution_is_history(name: str) -> None:
    assert new_words(f"It is blue.\n\n{ATTRIBUTIONS[name]}\n\nWhich colour?\n") == "It is blue."


@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_an_answer_below_the_quotation_is_kept(name: str) -> None:
    assert new_words(f"{ATTRIBUTIONS[name]}\n> Which colour?\n>\n> Ana\n\nIt is blue.\n") == "It is blue."


@pytest.mark.parametrize("name", HEADERS)
def test_what_follows_a_quoted_header_is_history(name: str) -> None:
    assert new_words(f"It is blue.\n\n{HEADERS[name]}\n\nWhich colour?\n") == "It is blue."


@pytest.mark.parametrize("name", HEADERS)
def test_a_forwarded_mail_without_a_comment_is_the_message(name: str) -> None:
    assert new_words(f"{HEADERS[name]}\n\nWhich colour?\n") == "Which colour?"


@pytest.mark.parametrize(
    "words",
    [
        "On Monday 5 May 2024 I wrote you the following questions:\n1. where\n2. when",
        "Please write to info@shop.example:\nmy address changed.",
        "Order 2024-05-03 10:00 for bob@person.example:\n2 kettles",
        "I fly.\nFrom: Berlin\nTo: Paris\nDate: 4 May 2024\nWhat may I bring?",
        "Name: Zoe\nEmail: zoe@person.example\nSubject: Kettle\nMessage: it leaks",
        "First it leaked.\n---\nNow it whistles. Why?",
        "Sent from my desk, which is blue.\n\nWhat now?",
        "```\n> a quoted line\n--\nFrom: x\n```\nWhy does this fail?",
        "- one\n- two\n\n    indented\n",
        "I use -- with dashes -- a kettle.",
        "First\n________\n\nred lamp\n________\n\nblue lamp",
        "I want:\n-----\nthe red one\nthe blue one",
        "Size       Price\n----------------\nSmall      10\nLarge      20",
        "Send it to:\n-Zoe",
        "Please add\n-Milk\n-Bread",
        "- Zoe\n- Ana\n- Bob",
        "It works.\n- not the blue one",
        "Which one is it?\n-3",
        "Where is\n<https://shop.example/a>?\nIt is gone.",
    ],
)
def test_words_that_look_like_history_stay(words: str) -> None:
    assert new_words(words) == words.strip("\n")


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nZoe\n+1 206 555 0100",
        "--\nZoe",
        "—\nZoe",
        "––\nZoe",
        "Get Outlook for iOS\n________________________________\nFrom: Ana\nTo: Zoe\nSubject: x\n\nold",
        "_____________\nThe kettle list\nkettles@lists.example\nhttps://lists.example/kettles",
        "-Zoe",
        "- Zoe Person",
        "—Zoe",
        "~ Zoe",
        "-Zoe\n\n__\nThe kettle list\nkettles@lists.example",
        "-Zoe\n\nOn 3 May 2024 at 10:00, Ana <ana@shop.example> wrote:\n> Which colour?",
        "*--*\nZoe",
        "-----\nZoe Person\nHead of Kettles",
        "____________\nZoe\nzoe@person.example",
        "Sent from my iPhone\nOn 3 May 2024, at 10:00, Ana <ana@shop.example> wrote:\nWhich colour?",
        "Sent from my iPhone",
        "*Sent from my iPhone*",
        "Get Outlook for Android<https://aka.ms/x>",
        "Von meinem iPad gesendet",
        "Enviado desde mi iPhone",
        "Envoyé de mon iPhone",
        "Отправлено с iPhone",
        "发自我的 iPhone",
    ],
)
def test_signatures_are_left_out(signature: str) -> None:
    assert new_words(f"It is blue.\n\n{signature}\n") == "It is blue."


def test_marks_of_direction_do_not_hide_an_attribution() -> None:
    hebrew = "\u202bבתאריך 3 במאי 2024 ב-10:00 מאת \u202aAna\u202c <\u202aana@shop.example\u202c\u200f>:\u202c"
    assert new_words(f"כחול\n\n{hebrew}\n\n> איזה צבע?\n") == "כחול"


def test_a_dated_sentence_above_an_undated_attribution_stays() -> None:
    assert new_words("On 3 May 2024 it broke.\n\nAna wrote:\n> When?\n") == "On 3 May 2024 it broke."


def test_quoted_lines_between_answers_are_left_out() -> None:
    assert new_words("> Which colour?\nBlue.\n\n> How big?\nTwo litres.\n") == "Blue.\n\nTwo litres."


def test_a_quoted_line_that_was_broken_in_two_is_left_out_whole() -> None:
    quoted = "> This line was so long that the program which sent the answer broke it\ninto two\n> and went on."
    assert new_words(f"Yes.\n\n{quoted}\n") == "Yes."


@pytest.mark.parametrize(
    "rest",
    [
        "> Read it at\n<https://shop.example/a-link-that-was-broken-over-lines-though\n-it-is-one>.\n> or not",
        "> Read it at\n<https://shop.example/a>\n>",
        "> Write to\n<mailto:ana@shop.example>\n> soon",
    ],
)
def test_a_quoted_link_that_was_broken_is_left_out_whole(rest: str) -> None:
    assert new_words(f"Yes.\n{rest}\n") == "Yes."


def test_an_answer_between_quoted_lines_is_no_rest_of_them() -> None:
    quoted = (
        "> Is this the colour that you would like to have for the kettle, or not\n\nNo.\n> Why?\nIt is blue.\n> Oh?"
    )
    assert new_words(quoted) == "No.\nIt is blue."


def test_a_mail_that_only_quotes_has_no_words() -> None:
    assert new_words("> On Friday, Ana wrote:\n>\n>> Which colour?\n") == ""


def test_an_html_reply_keeps_its_new_words_only() -> None:
    html = (
        '<div>It is<br>blue.</div><div class="gmail_quote">On Fri, 3 May 2024 at 10:00, Ana '
        "&lt;<a href='mailto:ana@shop.example'>ana@shop.example</a>&gt; wrote:<br>"
        "<blockquote>Which<p>colour?</p></blockquote></div>"
    )
    assert new_words(html_to_text(html)) == "It is\nblue."


HOSTILE = {
    "colons": "a:\n",
    "headers": "From: a@b.example\n",
    "attributions": "On 3 May 2024 a@b.example wrote:\n",
    "rules": "---\nx\n",
    "blanks": " " * 290 + ":\n",
    "addresses": "a@" * 149 + ":\n",
    "one line": "On 2024 a@b.example wrote:",
    "fences": "```\n",
    "names": "-Zoe\n",
    "names far apart": "-Zoe\n\n\n\n\n\n\n",
    "footers": "---\nZoe\n" + "\n" * 60,
    "links": "> a\n<https://a\n",
    "brackets": "<a@b.example\n>:\n",
    "closing brackets": ">:\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_grows_with_the_length_and_not_with_its_square(name: str) -> None:
    def seconds(length: int) -> float:
        text = (HOSTILE[name] * (length // len(HOSTILE[name]) + 1))[:length]
        started = time.process_time()
        new_words(text)
        return time.process_time() - started

    seconds(1_000)
    assert seconds(160_000) < 0.1 + 24 * seconds(20_000)  # 8 times the length; its square would be 64


@given(st.text(alphabet=st.sampled_from("ab >:\n-_@1F."), max_size=300))
def test_nothing_is_said_that_was_not_written(text: str) -> None:
    lines = {line.rstrip() for line in text.splitlines()}
    assert set(new_words(text).splitlines()) <= lines | {""}


@given(st.lists(st.sampled_from([*ATTRIBUTIONS.values(), *HEADERS.values(), "> x", "", "words", "-- "]), max_size=12))
def test_history_begins_and_ends_within_the_mail(pieces: list[str]) -> None:
    lines = "\n".join(pieces).split("\n")
    assert all(0 <= start < end <= len(lines) for start, end in history_starts(lines).items())


def _blanks_made_equal(text: str) -> str:
    return " ".join(text.split())


@needs_corpus
def test_nine_of_ten_of_discourse_s_cases_are_trimmed_exactly() -> None:
    cases = files("discourse+email_reply_trimmer/test/emails/*")
    if not cases:
        pytest.skip(f"no email_reply_trimmer cases at {CORPUS}")
    right = [
        case.name
        for case in cases
        if _blanks_made_equal(new_words(case.read_text()))
        == _blanks_made_equal((case.parents[1] / "trimmed" / case.name).read_text())
    ]
    assert len(right) >= 0.9 * len(cases)
