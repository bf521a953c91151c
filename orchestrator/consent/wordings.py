"""The words and sentences by which people say STOP, HELP and START: data, with where each comes from.

Words that providers or a regulator name have that source. `OWN` are a language's own for those, with no provider's list
behind them. Everything is written as `commands.folded` leaves it: small letters, without accents and apostrophes.

A sentence is a row of places: `a|b` is one of these, `a?` may be missing, `a_b` are two words. Around it may stand what
a language's `polite` and `besides` say.
"""

from typing import Literal, NamedTuple

AWS = "https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords-required.html"
AWS_HELP = "https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords.html"
AWS_CANADA = "https://docs.aws.amazon.com/end-user-messaging/latest/userguide/nx-rcs-launch-ca-french.md"  # and rcs
FCC = "https://www.govinfo.gov/content/pkg/FR-2024-03-05/html/2024-04587.htm"  # 47 CFR 64.1200(a)(10)
TELNYX = "https://developers.telnyx.com/docs/messaging/messages/advanced-opt-in-out"
TWILIO_CANADA = "https://support.twilio.com/hc/en-us/articles/223181928"
SALESFORCE = "https://help.salesforce.com/apex/HTViewSolution?id=000230827"
BRAZE = "https://www.braze.com/docs/user_guide/channels/sms_mms_and_rcs/message_features_and_optimization/"
BRONTO = "https://help.bronto.com/bmp/help-source/task/t_bmp_home_settings_sms_short_code_stop_view.html"
BREVO = "https://help.brevo.com/hc/en-us/articles/208723209"
ANATEL = "https://www.minhaoperadora.com.br/"  # operators' word since Anatel's order of 2012
FCC_ANALYSIS = "https://compliancepoint.com/marketing-compliance/fccs-consent-revocation-rule-language-analysis-and-compliance-insights"
OWN = "the language's own"

# What AWS answers and keeps by itself while it manages opt-outs: the source is AWS.
PROVIDER_STOP = frozenset("arret cancel end opt-out optout quit remove stop td unsubscribe".split())  # noqa: SIM905
PROVIDER_HELP = frozenset({"help"})
PROVIDER_START = frozenset({"start", "unstop"})  # of toll-free numbers

Command = Literal["stop", "help", "start"]


class Words(NamedTuple):
    """A message that is one of these is the command. `firm` ones mean it whatever pleasantries stand around them.

    The others are also what one says of an order or a product: only thanks and "please" may stand beside those.
    """

    command: Command
    language: str
    words: str
    source: str
    firm: bool = False


WORDS = (
    Words("stop", "en", "stop unsubscribe optout", AWS, firm=True),
    Words("stop", "en", "cancel end quit remove td", AWS),
    Words("stop", "en", "revoke", FCC),
    Words("stop", "en", "stopall stop_all opt_out", TELNYX, firm=True),
    Words("stop", "en", "unsub", TWILIO_CANADA, firm=True),
    Words("stop", "en", "terminate", SALESFORCE),
    Words("stop", "fr", "arret", AWS, firm=True),
    Words(
        "stop", "fr", "arreter arretez desabonner desabonnement desabonnez_moi desinscription desinscrire", OWN, True
    ),
    Words("stop", "es", "alto baja parar pare paren detener cancelar", OWN),
    Words("stop", "es", "no_mas", FCC_ANALYSIS),
    Words("stop", "pt", "sair", ANATEL),
    Words("stop", "pt", "parar pare parem cancelar remover descadastrar", OWN),
    Words("stop", "de", "stopp abmelden abmeldung abbestellen austragen", OWN, firm=True),
    Words("stop", "sv", "stopp", BRONTO, firm=True),  # Norwegian there; TellusTalk and Swedish operators have it too
    Words("stop", "sv", "sluta avsluta avregistrera avprenumerera", OWN),
    Words("stop", "no", "stopp", BRONTO, firm=True),
    Words("stop", "no", "unsub", BREVO, firm=True),
    Words("stop", "no", "slutt avmeld meld_av afmeld frameld", OWN),
    Words("stop", "nl", "stoppen afmelden afmelding uitschrijven", OWN, firm=True),
    Words("stop", "it", "disiscrivimi disiscrivetemi disiscrivere cancellami cancellatemi", OWN, firm=True),
    Words("stop", "it", "basta ferma", OWN),
    Words("stop", "pl", "wypisz rezygnuje rezygnacja", OWN),
    Words("stop", "ru", "стоп отписаться отпишите_меня", OWN, firm=True),
    Words("stop", "cs", "odhlasit", OWN),
    Words("stop", "zh", "退订 退訂", OWN),
    Words("stop", "ja", "配信停止", OWN),
    Words("stop", "ko", "수신거부", OWN),
    Words("help", "en", "help", AWS_HELP),
    Words("help", "en", "info", BRAZE),
    Words("help", "fr", "aide info", AWS_CANADA),
    Words("help", "es", "ayuda", OWN),
    Words("help", "pt", "ajuda", OWN),
    Words("help", "de", "hilfe", OWN),
    Words("help", "sv", "hjalp", OWN),
    Words("help", "it", "aiuto", OWN),
    Words("start", "en", "start unstop", AWS),
    Words("start", "en", "optin opt_in subscribe resubscribe", OWN),
    Words("start", "es", "alta", OWN),
)  # YES opts in at Braze and OneSignal: to us it is an answer to whatever was asked


class Sentences(NamedTuple):
    """A language's sentences that revoke consent and mean nothing else: each begins with "- "."""

    language: str
    polite: str  # what may stand around every word of WORDS and every sentence
    besides: str  # around firm words and sentences only
    sentences: str


_TEXTS = (
    "message|messages|msg|msgs|text|texts|text_messages|sms|email|emails|mail|mails|newsletter|newsletters|notifications"
    "|spam|ads|alerts|reminders|promotions"
)
_ME = "me|us|my_number|my_phone|this_number|this_phone"
_LIST = "list|lists|mailing_list|mailing_lists|contact_list|contacts|database|system|" + _TEXTS
_MENSAJES = "mensaje|mensajes|sms|textos|correos|emails|publicidad|spam"
_MENSAGENS = "mensagem|mensagens|sms|textos|emails|propaganda|spam"
_NACHRICHTEN = "nachricht|nachrichten|sms|mails|emails|e_mails|werbung|newsletter|infos"
_MESSAGES = "message|messages|sms|textos|mails|courriels|pub|publicites|publicite|spam"
_MEDDELANDEN = "sms|meddelande|meddelanden|mejl|mess|reklam|utskick"
_MELDINGER = "melding|meldinger|beskeder|besked|sms|e_poster|mails|reklame"
_BERICHTEN = "bericht|berichten|sms|smsjes|mails|e_mails|reclame|spam"
_MESSAGGI = "messaggio|messaggi|sms|mail|email|pubblicita|spam"

SENTENCES = (
    Sentences(
        "en",
        polite="""
        please pls plz kindly thanks thank_you thank_you_very_much thank_you_so_much thanks_so_much thanks_a_lot thx
        ty
        """,
        besides="""
        hi hello hey dear_sir sir madam ok okay just now right_now immediately at_once already enough and
        wrong_number you_have_the_wrong_number this_is_the_wrong_number i_said i_told_you_to no not_interested
        im_not_interested i_am_not_interested
        """,
        sentences=f"""
        - stop it|this|that|all|everything
        - reply|text? stop to_opt_out|to_end|to_unsubscribe|to_cancel|to_quit
        - reply|text stop
        - cease_and_desist
        - quit texting|messaging|contacting|writing|writing_to|emailing|mailing|calling|spamming|bothering|harassing
          me|us anymore|any_more|again|already?
        - no|stop|stop_the|no_more marketing|promotions|promos|spam|ads
        - stop promotional|marketing|advertising {_TEXTS}
        - do_not|dont text|email
        - take|remove|delete|drop my_email|my_email_address|my_e_mail|my_e_mail_address off|off_of|from|out_of
          your|the|this|these|all|all_your|any? {_LIST}
        - remove my_email|my_email_address|my_e_mail|my_e_mail_address
        - can_you|could_you|will_you|would_you please|kindly|just? stop
        - can_you|could_you|will_you|would_you|i_want_you_to|you_need_to|you_must? please|kindly|just? stop
          texting|messaging|contacting|writing|writing_to|emailing|mailing|calling|spamming|bothering|harassing {_ME}?
          anymore|any_more|again|altogether?
        - can_you|could_you|will_you|would_you|i_want_you_to? please|kindly|just? stop sending me|us?
          any|all|the|these|those|all_these|all_of_these|your|more|any_more|so_many? {_TEXTS}?
          to_me|to_us|to_my_phone|to_this_number? anymore|any_more|again?
        - stop|end|cancel all|the|these|those|all_these|all_the|your|all_your? {_TEXTS}
        - you_should? do_not|dont|never text|message|contact|write_to|email|spam|bother {_ME}
          again|anymore|any_more|any_longer|ever_again?
        - do_not|dont|never contact|text|message again|anymore|any_more|ever_again
        - do_not|dont|never send me|us any|any_more|any_of|more|further|such? these|those|your? {_TEXTS}
          again|anymore|any_more|please?
        - i_do_not|i_dont|we_do_not|we_dont|dont|i_no_longer|no_longer want|wish|need|like
          to_receive|to_get|receiving|getting|to_be_sent? any|any_more|any_of|more|further? these|those|your? {_TEXTS}
          from_you? anymore|any_more|any_longer?
        - i_do_not|i_dont|we_dont|i_no_longer want|wish|like to_be contacted|texted|messaged|emailed|bothered by_you?
          anymore|any_more|again?
        - i_do_not|i_dont want|wish to_hear_from_you again|anymore|any_more?
        - no_more|no_further|enough_with_the|enough_of_the {_TEXTS}
        - take|remove|delete|get|drop {_ME} off|off_of|from|out_of your|the|this|these|all|all_your|any? {_LIST}
        - take_me_off|remove_me|remove_my_number|delete_my_number|lose_my_number|leave_me_alone|leave_us_alone
        - i? want|would_like|id_like|wish|need to unsubscribe|opt_out|be_unsubscribed|be_removed|be_taken_off from|of?
          your|the|this|these|all? {_LIST}?
        - i? want|would_like|id_like|wish|need to stop|stop_receiving|stop_getting any|all|the|these|those|your?
          {_TEXTS}
        - unsubscribe|opt {_ME}? out? from|of? your|the|this|these|all|all_your? {_LIST}?
        - i? revoke|withdraw|rescind|am_revoking|am_withdrawing my? consent|permission|authorization
        - i_opt_out|i_am_opting_out|im_opting_out|opting_out|i_unsubscribe
        """,
    ),
    Sentences(
        "fr",
        polite="""
        svp stp sil_vous_plait sil_te_plait merci merci_beaucoup merci_davance
        """,
        besides="""
        bonjour bonsoir maintenant tout_de_suite immediatement et mauvais_numero
        """,
        sentences=f"""
        - merci_de|veuillez|pourriez_vous|pouvez_vous|priere_de? ne_plus|ne_pas
          menvoyer|mecrire|me_contacter|me_deranger|me_solliciter de|des|vos|ces|aucun? {_MESSAGES}?
        - ne menvoyez|menvoie|mecrivez|mecris|me_contactez|me_contacte|me_derangez|me_sollicitez plus|jamais
          de|des|vos|ces|aucun? {_MESSAGES}?
        - plus_de|plus_aucun|plus_jamais_de|assez_de|pas_de {_MESSAGES}
        - arretez|arrete|arreter|cessez de? menvoyer|mecrire|me_contacter|me_spammer|me_harceler|me_deranger
          de|des|vos|ces|tous_ces? {_MESSAGES}?
        - arretez|arrete|arreter|cessez|stop denvoyer|lenvoi_de|lenvoi_des|ces|les|vos|tous_ces|aux de|des|vos|ces?
          {_MESSAGES}
        - desabonnez|desinscrivez|retirez|supprimez|enlevez|otez moi|mon_numero de|des|de_la? votre|vos|cette|la|ces?
          liste|listes|{_MESSAGES}?
        - je veux|souhaite|voudrais|desire me_desabonner|me_desinscrire|ne_plus_recevoir de|des|de_vos|vos|ces?
          {_MESSAGES}?
        - je ne? veux|souhaite|desire plus|pas|plus_jamais recevoir? de|des|de_vos|vos|ces|aucun? {_MESSAGES}
        - laissez_moi|laisse_moi tranquille|en_paix
        - stop la|les? pub|publicite|publicites
        """,
    ),
    Sentences(
        "es",
        polite="""
        por_favor porfavor porfa gracias muchas_gracias
        """,
        besides="""
        hola buenas buenos_dias ya ahora ya_mismo inmediatamente y numero_equivocado
        """,
        sentences=f"""
        - ya? no me|nos envien|envie|envies|enviar|manden|mande|mandes|escriban|escriba|escribas|contacten|contacte
          mas|nunca_mas|otra_vez|nada_mas {_MENSAJES}? mas?
        - ya? no me|nos? envien|envie|envies|enviar|manden|mande|mandes mas|sus|estos? {_MENSAJES} mas?
        - ya? no me|nos molesten|molestes|moleste mas?
        - ya? no quiero|deseo|queremos mas? recibir|que_me_envien|que_me_manden? mas|sus|estos|estas? {_MENSAJES} mas?
        - dejen|deja|deje|dejad|paren|para|pare|parad de
          enviarme|mandarme|escribirme|molestarme|contactarme|enviar|mandar mas|estos|sus|tantos? {_MENSAJES}?
        - quiero|deseo|quisiera|solicito|necesito? darme|denme|deme|dame|darse|dar_de|me_doy de? baja
          de_la_lista|de_su_lista|del_servicio?
        - quiero|deseo|solicito la? baja
        - eliminenme|eliminame|borrenme|borrame|quitenme|quitame|saquenme|sacame|eliminen_mi_numero|borren_mi_numero
          de? su|sus|la|las|esta|tu? lista|listas|base_de_datos|contactos?
        - no_mas|basta_de|ni_un_mas {_MENSAJES}
        - no_mas|ya_basta|dejenme_en_paz|dejame_en_paz
        """,
    ),
    Sentences(
        "pt",
        polite="""
        por_favor porfavor pf pfv obrigado obrigada muito_obrigado muito_obrigada obg
        """,
        besides="""
        ola oi bom_dia agora ja e numero_errado
        """,
        sentences=f"""
        - pare|parem|para|parar|deixem|deixe de me? enviar|mandar|enviar_me|mandar_me|escrever|me_escrever|contatar
          mais|essas|estas|suas|tantas? {_MENSAGENS}?
        - nao me? envie|enviem|mande|mandem|escreva|escrevam|contate|contatem|contacte|contactem|incomode|incomodem
          mais|suas|essas? {_MENSAGENS}? mais
        - nao me? envie|enviem|mande|mandem mais|suas|essas|estas? {_MENSAGENS}
        - nao quero|desejo mais? receber? mais|suas|essas|estas? {_MENSAGENS} mais?
        - quero|desejo|gostaria_de sair|me_descadastrar|cancelar_a_inscricao da_lista|desta_lista?
        - remova|removam|retire|retirem|tire|tirem|exclua|excluam me|meu_numero|o_meu_numero da|desta|dessa|de_sua?
          lista|listas?
        - chega_de|basta_de|sem_mais {_MENSAGENS}
        - me_deixe_em_paz|me_deixem_em_paz|deixem_me_em_paz
        """,
    ),
    Sentences(
        "de",
        polite="""
        bitte danke vielen_dank besten_dank danke_schon
        """,
        besides="""
        hallo guten_tag sofort jetzt ab_sofort endlich und falsche_nummer
        """,
        sentences=f"""
        - bitte? keine|keinerlei weiteren|weitere|solchen|solche? {_NACHRICHTEN} mehr?
          senden|schicken|schreiben|an_mich?
        - schreiben|schreibt|schreib|schreibe|kontaktieren|kontaktiert|texten|belastigen sie? mir|mich|uns bitte?
          nicht|nichts|nie mehr|wieder
        - schicken|schickt|schick|senden|sendet|sende|schreiben|schreibt|schreib sie? mir|uns bitte? keine
          weiteren|weitere? {_NACHRICHTEN} mehr? zu?
        - schicken|schickt|schick|senden|sendet|sende sie? mir|uns bitte? nichts mehr zu?
        - horen|hort|hor|hore|hoeren|hoert|hoer sie? bitte? auf damit? mir|mich|uns? diese|weitere|standig?
          {_NACHRICHTEN}? zu_schreiben|zu_schicken|zu_senden|zu_texten|zu_nerven|zu_kontaktieren?
        - melden|meldet|melde|tragen|tragt|trage|nehmen|nehmt|streichen|streicht|entfernen|entfernt sie?
          mich|meine_nummer bitte? ab|aus|von|vom? ihrem|ihrer|dem|der|diesem|dieser? verteiler|liste|newsletter?
          ab|aus|heraus|raus?
        - ich mochte|will|moechte|wunsche bitte? keine weiteren|weitere? {_NACHRICHTEN} mehr?
          erhalten|bekommen|haben|empfangen|von_ihnen?
        - ich mochte|will|moechte mich abmelden|austragen
        - den|ihren? newsletter abbestellen|abmelden
        - lassen_sie|lasst|lass mich|uns bitte? in_ruhe
        """,
    ),
    Sentences(
        "sv",
        polite="""
        tack tack_sa_mycket snalla vanligen
        """,
        besides="""
        hej nu genast och fel_nummer
        """,
        sentences=f"""
        - sluta|sluta_att skicka|skriva|messa|smsa|kontakta|mejla|stora till? mig|oss? fler|dessa|era|alla?
          {_MEDDELANDEN}? till_mig|till_oss?
        - inga|skicka_inga|skicka_inte|jag_vill_inte_ha|vill_inte_ha fler|flera|era|dessa? {_MEDDELANDEN}
          mer|till_mig|tack?
        - skicka|skriv|kontakta inte|aldrig till? mig|oss? mer|igen|langre
        - skriv|skicka|kontakta|stor mig? inte|aldrig mer|igen|langre
        - ta_bort|avregistrera|stryk mig|mitt_nummer fran|ur? listan|er_lista|listorna|ert_register?
        - lamna_mig_i_fred
        """,
    ),
    Sentences(
        "no",
        polite="""
        takk tak mange_takk mange_tak venligst vennligst vær_sa_snill
        """,
        besides="""
        hei hej na nu og feil_nummer forkert_nummer
        """,
        sentences=f"""
        - ikke send|skriv|kontakt|forstyrr til? meg|mig|oss|os? flere|mere|mer|disse? {_MELDINGER}?
          mer|mere|lenger|igen|igjen|til_meg|til_mig?
        - send|skriv|kontakt ikke|aldrig|aldri til? meg|mig? flere|mere|mer {_MELDINGER}?
        - slutt|stop|stopp a|med_a|med_at|at sende|skrive|kontakte til? meg|mig? {_MELDINGER}? til_meg|til_mig?
        - ingen|ikke flere|mere|mer {_MELDINGER}
        - jeg_vil_ikke ha|have|motta|modtage flere|mere|mer|disse? {_MELDINGER} mer|mere|lenger|fra_dere?
        - meld|fjern|slett|slet meg|mig|nummeret_mitt|mit_nummer av|fra|af|fra_listen|fra_listene|fra_jeres_liste
        """,
    ),
    Sentences(
        "nl",
        polite="""
        alstublieft alsjeblieft aub ajb graag bedankt dank_u dank_je dank_u_wel dankjewel
        """,
        besides="""
        hallo nu direct onmiddellijk en verkeerd_nummer
        """,
        sentences=f"""
        - stuur|stuurt|zend me|mij|ons alstublieft|aub? geen|niet {_BERICHTEN} meer?
        - schrijf|mail|app|sms|contacteer|benader|stoor me|mij|ons niet meer
        - geen {_BERICHTEN} meer?
        - stop met het? sturen|versturen|zenden van? deze|die|uw|jullie? {_BERICHTEN}? naar_mij|aan_mij?
        - stop met me|mij|ons deze|die? {_BERICHTEN}? te? sturen|appen|mailen|sms_en|smsen|lastigvallen|schrijven
        - stop met appen|mailen|smsen|schrijven|{_BERICHTEN}
        - ik wil geen {_BERICHTEN} meer? ontvangen|krijgen?
        - ik wil me|mij graag? afmelden|uitschrijven
        - meld|schrijf|haal|verwijder me|mij|mijn_nummer af|uit|van|van_de|van_jullie|uit_de lijst|bestand?
        - laat_me_met_rust|laat_mij_met_rust
        """,
    ),
    Sentences(
        "it",
        polite="""
        per_favore per_piacere grazie grazie_mille
        """,
        besides="""
        ciao salve buongiorno ora adesso subito e numero_sbagliato
        """,
        sentences=f"""
        - non mandatemi|inviatemi|mandarmi|inviarmi|mandate_mi piu? altri|questi|vostri|i_vostri? {_MESSAGGI} piu?
        - non scrivetemi|scrivermi|contattatemi|contattarmi|disturbatemi|disturbarmi|mandatemi|mandarmi piu
        - non voglio|desidero piu? ricevere? piu|altri|questi|vostri|i_vostri? {_MESSAGGI} piu?
        - smettetela|smettete|smettila|smetti|basta di mandarmi|inviarmi|scrivermi|contattarmi|disturbarmi
          altri|questi|vostri? {_MESSAGGI}?
        - basta|basta_con|stop_ai|niente_piu i|questi|vostri? {_MESSAGGI}
        - toglietemi|rimuovetemi|cancellatemi|eliminatemi|disiscrivetemi|toglimi|rimuovimi dalla|dalle|da|dai?
          vostra|vostre|vostri|questa|tua? lista|liste|elenco|contatti|newsletter?
        - voglio|vorrei|desidero disiscrivermi|cancellarmi|disdire_gli_sms
        - lasciatemi_in_pace|lasciami_in_pace
        """,
    ),
    Sentences(
        "pl",
        polite="""
        prosze dziekuje dzieki
        """,
        besides="""
        dzien_dobry natychmiast juz i
        """,
        sentences="""
        - nie pisz|piszcie|wysyłaj|wysyłajcie|przysyłaj|przysyłajcie do_mnie|mi? wiecej|juz wiadomosci|smsow|sms?
        - nie chce wiecej|juz otrzymywac|dostawac? wiadomosci|smsow|sms
        - wypisz|wypiszcie|usun|usuncie mnie|moj_numer z? listy|bazy?
        """,
    ),
)
