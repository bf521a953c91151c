"""Bytes become the words that were written, whatever their label says."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.email.charsets import decoded, html_label

LABELLED = [
    ("gb2312", "gb18030", "喆华大路的店还开吗"),
    ("GBK", "gb18030", "喆"),
    ("x-gbk", "gb18030", "退货"),
    ("chinese", "gb18030", "镕"),
    ("latin1", "cp1252", "I don’t know – “perhaps” 20 €"),
    ("ISO-8859-1", "cp1252", "don’t"),
    ("iso8859-1", "cp1252", "don’t"),
    ("iso-8859-9", "cp1254", "şık “çay”"),
    ("windows-1250", "cp1250", "Příliš žluťoučký"),
    ("x-cp1251", "cp1251", "Привет"),
    ("win-1251", "cp1251", "Привет"),
    ("koi8", "koi8-r", "Привет"),
    ("koi8-ru", "koi8-u", "Їжак"),
    ("iso-8859-8-i", "iso8859-8", "איפה ההזמנה"),
    ("iso-8859-8-e", "iso8859-8", "שלום"),
    ("logical", "iso8859-8", "שלום"),
    ("iso-8859-6-i", "iso8859-6", "مرحبا"),
    ("shift_jis", "cp932", "①髙橋～"),
    ("x-sjis", "cp932", "㈱東京"),
    ("windows-31j", "cp932", "㈱東京"),
    ("euc-jp", "euc_jis_2004", "①返品"),
    ("ks_c_5601-1987", "cp949", "똠방각하 펲시"),
    ("euc-kr", "cp949", "똠방각하"),
    ("windows-949", "cp949", "똠방각하"),
    ("windows-874", "cp874", "ฉัน… “ไทย”"),
    ("tis-620", "cp874", "ฉัน"),
    ("iso-8859-11", "cp874", "ฉัน"),
    ("big5", "cp950", "請問檯燈"),
    ("cn-big5", "cp950", "請問"),
    ("big5-hkscs", "big5hkscs", "咗嘅"),
    ("x-mac-roman", "mac-roman", "café"),
    ("unicode-1-1-utf-8", "utf-8", "café"),
    ("ucs-2", "utf-16-le", "héllo"),
    ('"utf-8";', "utf-8", "café"),
    ("en_US.UTF-8", "utf-8", "café"),
    ("ISO-8859-2//TRANSLIT", "iso8859-2", "żółty"),
    ("x-mac-ce", "mac-latin2", "żółty"),
    ("unicode-1-1-utf-7", "utf-7", "café"),
]


@pytest.mark.parametrize(("label", "codec", "words"), LABELLED)
def test_a_label_means_what_mail_programs_mean_by_it(label: str, codec: str, words: str) -> None:
    assert decoded(words.encode(codec), label) == words


UNLABELLED = [
    ("cp1252", "Rückgabe"),
    ("cp1252", "café"),
    ("cp1252", "¿Dónde está mi pedido?"),
    ("cp1252", "När får jag min beställning?"),
    ("cp1251", "Где мой заказ?"),
    ("koi8-r", "Как вернуть лампу? Она не работает."),
    ("cp1250", "Kdy dorazí můj balík? Prosím o rychlou odpověď, žádám vrácení peněz."),
    ("iso8859-2", "Gdzie jest moja paczka? Chciałbym zwrócić lampę, jest pęknięta."),
    ("cp1253", "Πού είναι η παραγγελία μου;"),
    ("cp1254", "Siparişim nerede? Lambayı iade etmek istiyorum, çalışmıyor."),
    ("cp1255", "אני רוצה להחזיר את המנורה"),
    ("cp1256", "أين طلبي؟ أريد إرجاع المصباح"),
    ("cp932", "返品したいのですが、どうすればいいですか。"),
    ("euc-jp", "注文した商品はいつ届きますか"),
    ("gb18030", "请问我的订单在哪里？"),
    ("big5", "請問我的訂單在哪裡？"),
    ("cp949", "램프를 반품하고 싶습니다"),
    ("cp874", "ฉันต้องการคืนโคมไฟ"),
    ("utf-8", "Wie lange kann ich zurückgeben?"),
    ("iso2022_jp", "返品したい"),
    ("iso2022_kr", "램프를 반품하고 싶습니다"),
]


@pytest.mark.parametrize(("codec", "words"), UNLABELLED)
@pytest.mark.parametrize("label", ["", "us-ascii", "x-unknown", "8bit"])
def test_without_a_label_that_says_anything_the_words_tell(codec: str, words: str, label: str) -> None:
    assert decoded(words.encode(codec), label) == words


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "gb2312", "big5", "us-ascii", ""])
def test_what_can_only_be_utf_8_is_utf_8(label: str) -> None:
    assert decoded("我想退货，台灯坏了".encode(), label) == "我想退货，台灯坏了"


def test_a_damaged_character_does_not_change_the_charset_of_the_others() -> None:
    damaged = "我想退货，台灯坏了，什么时候发货".encode() + b"\xe4"
    assert decoded(damaged, "utf-8") == "我想退货，台灯坏了，什么时候发货\ufffd"
    assert decoded(damaged) == "我想退货，台灯坏了，什么时候发货\ufffd"


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_more_than_the_label(mark: str) -> None:
    assert decoded("où?".encode(mark), "iso-8859-1") == "où?"


def shifted(*pairs: int) -> bytes:
    """Cells of JIS X 0208 between the escape sequences of ISO-2022-JP."""
    return b"\x1b$B" + b"".join(pair.to_bytes(2, "big") for pair in pairs) + b"\x1b(B"


@pytest.mark.parametrize("label", ["iso-2022-jp", "", "us-ascii", "utf-8", "cp50221"])
def test_iso_2022_jp_is_read_as_windows_writes_it(label: str) -> None:
    row_13, nec_selected_ibm = shifted(0x2D21, 0x2D6A), shifted(0x7C62)
    assert decoded(b"No. " + row_13 + b" / " + nec_selected_ibm, label) == "No. ①㈱ / 髙"


def test_every_cell_of_jis_x_0208_is_what_python_reads_there() -> None:
    differing = {"〜": "～", "‖": "∥", "−": "－", "¢": "￠", "£": "￡", "¬": "￢"}  # as Windows has it, and browsers
    for row in range(0x21, 0x75):
        for cell in range(0x21, 0x7F):
            content = shifted(row << 8 | cell)
            try:
                character = content.decode("iso2022_jp")
            except UnicodeDecodeError:
                continue
            assert decoded(content) == differing.get(character, character)


def test_the_other_sets_of_iso_2022_jp_are_read_too() -> None:
    assert decoded(b"\x1b(I1" + b"\x1b(J ok\x1b$(D0!\x1b(B.") == "ｱ ok丂."


def test_shift_jis_under_the_label_of_iso_2022_jp_is_read() -> None:
    assert decoded("返品したい".encode("cp932"), "iso-2022-jp") == "返品したい"


@pytest.mark.parametrize(
    ("html", "label"),
    [
        (b'<meta charset="windows-1251">', "windows-1251"),
        (b"<META http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?><html>', "iso-8859-2"),
        (b'<meta name="charset-lover"><p>charset=x', ""),
        (b'<meta charset="utf-16">', ""),
        (b" " * 5_000 + b'<meta charset="koi8-r">', ""),
        (b"no markup", ""),
    ],
)
def test_html_may_name_its_charset(html: bytes, label: str) -> None:
    assert html_label(html) == label


def test_control_characters_are_left_out_and_windows_own_are_what_they_meant() -> None:
    assert decoded(b"a\x00\x07\x1b[1mb\x7f\tc\r\n\x0bd") == "a[1mb\tc\r\n\nd"
    assert decoded("don\u0092t\u0081 wait\u0085\ufeff".encode()) == "don’t wait…"


@given(st.binary(max_size=400), st.sampled_from([label for label, _, _ in LABELLED] + ["", "hz", "utf-7", "punycode"]))
def test_any_bytes_become_text_without_control_characters(content: bytes, label: str) -> None:
    text = decoded(content, label)
    text.encode("utf-8", "surrogatepass")
    assert not [each for each in text if unicodedata.category(each) == "Cc" and each not in "\t\n\r"]


@pytest.mark.parametrize(
    "piece", [b"\xe9 ", b"\x1b$B", b"\x1b$B0!", b"\x8e\xa1", b"\xff", b"<meta ", "é".encode(), bytes(range(256))]
)
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: bytes) -> None:
    def seconds(length: int) -> float:
        content = (piece * (length // len(piece) + 1))[:length]
        started = time.process_time()
        decoded(content, "iso-2022-jp", html_label(content))
        return time.process_time() - started

    seconds(1_000)
    assert seconds(400_000) < 0.2 + 8 * seconds(100_000)  # four times the length; its square would be 16
