"""What mail programs write around a quoted mail, in the languages they speak, case-folded.

Collected from what Apple Mail, Gmail, Outlook, Thunderbird, Yahoo and Zimbra write. Another language is another phrase.
"""

import re
from collections.abc import Iterable, Mapping

# The verb that ends the line above a quotation, as in "On Monday at 10:00, Ana wrote:".
WROTE = (
    "wrote", "writes", "geschrieben", "a écrit", "écrivait", "escribió", "escribio",
    "va escriure",
    "ha escrit", "escreveu", "ha scritto", "scrive", "kirjoitti", "kirjutas",
    "napisał", "napisała", "napisał(a)", "napsal", "napsala", "napsal(a)",
    "napísal", "napísala",
    "napísal(a)",
    "napisao je", "je napisao", "je napisala", "je napisao/la", "je napisal",
    "je napisal/a", "írta",
    "a scris",
    "yazdı",
    "έγραψε", "написал", "написала", "написал(а)", "написав", "написала(в)",
    "написа", "пишет", "пише",
    "rakstīja",
    "rašė", "parašė", "đã viết", "viết", "menulis", "כתב", "כתבה", "כתב/ה", "كتب",
    "نوشت", "ने लिखा",
    "เขียนว่า", "said", "replied", "sagte", "a dit", "dijo", "disse", "ha detto", "heeft geschreven", "zei",
    "har skrevet", "har skrivit", "sanoi", "powiedział", "powiedziała", "řekl", "řekla", "a zis", "dedi",
    "сказал", "сказала", "написал вам", "пишет вам",
    "写道", "寫道", "书写", "さんは書きました", "さんのメール", "작성", "썼습니다",
)  # fmt: skip
# The verb that a name or a date may follow, as in "Am 3. Mai schrieb Ana:".
WROTE_EARLIER = (
    "wrote on",
    "wrote at",
    "schrieb",
    "schreibt",
    "schreef",
    "skrev",
    "skrifaði",
    "skriver",
    "missatge de",
)

# How such a line begins, where the date does not come first.
ON = (
    "on", "am", "le", "el", "il", "em", "op", "den", "d.", "pe", "w dniu", "dnia",
    "dne", "dňa", "dana",
    "la data de",
    "în", "στις", "vào", "ngày", "pada", "lúc", "el día", "il giorno", "kl",
)  # fmt: skip

# The lines of a quoted mail's header, by what they say.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "from": (
        "from", "von", "message de", "de", "da", "van", "fra", "från", "frá", "lähettäjä",
        "saatja", "od", "nadawca",
        "odesílatel",
        "odosielateľ", "feladó", "de la", "expéditeur", "remitente", "mittente",
        "afzender", "kimden",
        "gönderen",
        "από",
        "от", "от кого", "від", "no", "nuo", "từ", "dari", "מאת", "من", "از",
        "प्रेषक", "จาก", "发件人",
        "寄件者", "寄件人",
        "差出人", "送信者", "보낸 사람", "보낸사람",
    ),
    "sent": (
        "sent", "date", "message du", "gesendet", "datum", "envoyé", "envoyé le", "date d'envoi",
        "enviado",
        "enviado el",
        "enviada em",
        "enviado em", "enviada", "fecha", "data", "inviato", "verzonden", "verzonden op", "skickat", "sendt", "dato",
        "lähetetty", "päivämäärä", "päiväys", "saadetud", "kuupäev", "wysłano",
        "data wysłania",
        "odesláno",
        "odoslané",
        "poslano", "elküldve", "dátum", "trimis", "gönderme tarihi", "tarih",
        "ημερομηνία", "στάλθηκε",
        "отправлено",
        "дата", "надіслано", "изпратено", "nosūtīts", "išsiųsta", "đã gửi", "ngày",
        "tanggal",
        "dikirim", "נשלח",
        "תאריך",
        "التاريخ", "تاريخ الإرسال", "تاریخ", "ส่ง", "วันที่", "发送时间", "發送時間",
        "寄件日期", "日期", "时间", "送信日時",
        "日付", "日時", "보낸 날짜", "보낸날짜", "날짜",
    ),
    "to": (
        "to", "an", "à", "a", "para", "aan", "til", "till", "vastaanottaja",
        "saaja", "do", "komu",
        "címzett",
        "către",
        "destinataire", "destinatario", "destinatário", "ontvanger", "kime",
        "alıcı", "προς", "кому",
        "до", "kam",
        "đến",
        "tới", "kepada", "אל", "إلى", "به", "ถึง", "收件人", "收件者", "宛先", "받는 사람", "받는사람",
    ),
    "copy": (
        "cc", "bcc", "reply-to", "copie à", "con copia", "in kopie", "kopie", "kopi", "kopia", "copie", "copia",
        "cópia", "копия", "抄送",
        "副本", "참조",
    ),
    "subject": (
        "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp",
        "ämne", "emne",
        "aihe", "teema",
        "temat", "předmět", "predmet", "tárgy", "subiect", "konu", "θέμα", "тема",
        "относно", "temats",
        "tema",
        "chủ đề",
        "tiêu đề", "subjek", "perihal", "נושא", "الموضوع", "موضوع", "विषय",
        "หัวข้อ", "เรื่อง", "主题",
        "主題", "主旨",
        "件名", "제목",
    ),
}  # fmt: skip

# What stands alone, often between dashes, above a quoted or forwarded mail.
SEPARATORS = (
    "original message", "original appointment", "original email", "forwarded message", "begin forwarded message",
    "reply message", "replied message", "reply above this line", "please type your reply above this line",
    "ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "message d'origine", "message original", "message initial", "message transféré",
    "début du message transféré",
    "début du message réexpédié", "mensaje original", "mensaje reenviado",
    "inicio del mensaje reenviado",
    "mensagem original", "mensagem encaminhada", "início da mensagem encaminhada",
    "missatge original",
    "missatge reenviat", "messaggio originale", "messaggio inoltrato", "inizio messaggio inoltrato",
    "oorspronkelijk bericht", "origineel bericht", "doorgestuurd bericht", "ursprungligt meddelande",
    "originalmeddelande",
    "original meddelande", "opprinnelig e-post", "vidarebefordrat meddelande", "vidarebefordrat brev",
    "opprinnelig melding", "videresendt melding",
    "oprindelig meddelelse", "oprindelig besked", "original meddelelse", "original besked", "videresendt besked",
    "alkuperäinen viesti",
    "välitetty viesti",
    "wiadomość oryginalna", "oryginalna wiadomość", "treść oryginalnej wiadomości",
    "wiadomość przekazana dalej",
    "przekazana wiadomość", "původní zpráva", "přeposlaná zpráva", "pôvodná správa",
    "izvorna poruka",
    "izvirno sporočilo", "eredeti üzenet", "továbbított üzenet", "mesajul original",
    "mesaj original",
    "mesaj redirecționat", "orijinal ileti", "özgün ileti", "iletilen mesaj",
    "αρχικό μήνυμα",
    "προωθημένο μήνυμα",
    "исходное сообщение", "исходное письмо", "первоначальное сообщение",
    "пересланное сообщение",
    "пересылаемое сообщение", "оригінальне повідомлення", "початкове повідомлення",
    "переслане повідомлення",
    "оригинално съобщение", "tin nhắn gốc", "thư gốc", "pesan asli",
    "pesan terusan", "הודעה מקורית",
    "הודעה מועברת",
    "الرسالة الأصلية", "رسالة أصلية", "الرسالة المحولة", "原始邮件", "原始郵件", "转发的邮件",
    "轉寄的郵件", "邮件原件",
    "元のメッセージ", "転送されたメッセージ", "転送メッセージ", "원본 메시지", "전달된 메시지",
)  # fmt: skip

# What mail programs write for a subject where the person wrote none.
NO_SUBJECT = frozenset(
    {
        "no subject", "(no subject)", "kein betreff", "(kein betreff)", "(ohne betreff)", "sans objet", "(sans objet)",
        "(aucun objet)", "(pas d'objet)", "sin asunto", "(sin asunto)", "(nessun oggetto)", "(senza oggetto)",
        "sem assunto", "(sem assunto)", "(geen onderwerp)", "(inget ämne)", "(ingen emne)", "(intet emne)",
        "(ei aihetta)", "(brak tematu)", "(bez tematu)", "(bez předmětu)", "(nincs tárgy)", "(fără subiect)",
        "(konu yok)", "(χωρίς θέμα)", "(без темы)", "без темы", "(без теми)", "(ללא נושא)", "(بلا موضوع)",
        "(không chủ đề)",
        "(無主題)", "无主题", "(无主题)", "(件名なし)", "(제목 없음)",
    }
)  # fmt: skip

# How "Sent from my iPhone" begins. What follows is a device or a program.
SENT_FROM = (
    "sent from", "sent via", "sent with", "sent using", "get outlook for", "von meinem", "gesendet von",
    "gesendet mit",
    "diese nachricht wurde von meinem", "envoyé de", "envoyé depuis", "envoyé à partir",
    "obtenez outlook",
    "télécharger outlook", "enviado desde", "enviado de", "enviado do", "enviado por",
    "enviado a partir",
    "enviat des",
    "obtener outlook", "descargar outlook", "inviato da", "inviato dal", "verzonden vanaf", "verzonden met",
    "verstuurd vanaf", "skickat från", "skickades från", "sendt fra", "lähetetty",
    "wysłane z",
    "wysłano z",
    "odesláno z", "odoslané z", "poslano z", "poslano s", "küldve", "trimis de pe",
    "trimis din",
    "στάλθηκε από",
    "отправлено с", "отправлено из", "надіслано з", "изпратено от", "được gửi từ",
    "gửi từ",
    "dikirim dari", "נשלח מ",
    "أرسلت من", "发自我的", "從我的", "iphoneから送信", "나의 iphone",
)  # fmt: skip


def one_of(phrases: Iterable[str]) -> str:
    """A regular expression for one whole phrase, the longest first. Scripts without blanks need no boundary."""
    ordered = sorted(set(phrases), key=len, reverse=True)
    return "|".join(
        rf"(?<!\w){re.escape(phrase)}(?!\w)" if phrase[0] < "\u0e00" else re.escape(phrase) for phrase in ordered
    )
