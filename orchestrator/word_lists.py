"""Words of English and Spanish as people type them on a phone: lower case, no accents, no apostrophes, abbreviated."""

# ruff: noqa: SIM905 — words in quotes and commas could not be read

from collections.abc import Mapping

from orchestrator.model import Language

# They tell the language, and nothing about what is asked. The cores are the Snowball project's stop lists:
# https://snowballstem.org/algorithms/english/stop.txt and https://snowballstem.org/algorithms/spanish/stop.txt
FUNCTION_WORDS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        """
        a about after again all also already always am an and another any anyone anything anyway are arent around as at
        be because been before being between both but by can cant cannot could couldnt did didnt do does doesnt doing
        dont down during each either else even ever every everything few for from get gets getting give go goes going
        got had has hasnt have havent having he her here hers him his how i id if ill im in into is isnt it its ive just
        last let like long lot made make many may maybe me might more most much must my myself need needs neither never
        no nobody nor not nothing now of off often on one ones only or other our ours out over own per please pls plz
        put r rather really same say see shall she should so some someone something soon still such tell than that thats
        the their theirs them then there theres these they theyre this those though through to too u under until up upon
        ur us use very want wanted wants was wasnt wat way we well were what whats when where wheres whether which while
        who whom whose why will with within without wont would y yet you your youre yours
        """.split()
    ),
    "es": frozenset(
        """
        a ademas ahora al algo alguien algun alguna algunas alguno algunos alla alli ante antes aquel aquella aquello
        aqui asi aun aunque bien cada como con contra cual cuales cuando cuanta cuantas cuanto cuantos d da dan dar de
        debe debo deja del desde despues dice donde dos durante e el ella ellas ellos en entonces entre era eran eres es
        esa esas ese eso esos esta estaba estais estamos estan estar estas este esto estos estoy fue fueron ha habia
        habra hace hacen hacer haceis hacia haga hago han has hasta hay haya he hemos la las le les llega lo los mas me
        menos mi mia mio mis misma mismo mucha muchas mucho muchos muy nada nadie ni ningun ninguna no nos nosotros
        nuestra nuestras nuestro nuestros nunca o os otra otras otro otros para pero poco podeis podemos podria podrian
        por porfa porque pq pueda puede pueden puedes puedo pues q que quien quienes quiere quieren quieres quiero
        quisiera sabe saben saber se sea segun ser si sido siempre sin sobre sois solo somos son soy su sus tal tambien
        tampoco tan tanto tb te teneis tenemos tener tengo ti tiene tienen tienes toda todas todavia todo todos tras tu
        tus un una unas uno unos usted ustedes va vais vamos van vosotros voy vuestra vuestro xq y ya yo
        """.split()
    ),
}

# What people write to a shop, beside the function words. They are not stop words: they carry what is asked.
SHOP_WORDS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        """
        address agent available back bad bought broken bye call cancel card change close closed code cool cost customer
        damaged day days deliver delivered delivery discount english exchange fix free good great hello help hey hi home
        hour hours invoice items late later link missing money month months morning nope number okay open opening order
        ordered package parcel pay payment phone price question receipt refund return returns sent service ship shipped
        shipping sorry sold speak stock store sure talk thank thanks thx time today tomorrow tomoro tmrw track tracking
        ty wait waiting warranty week weekend weeks work working wrong yeah yep yes yesterday
        """.split()
    ),
    "es": frozenset(
        """
        abierto abre abren abris adios alo ayuda ayudar bueno buena buenas buenos cambiar cancelar cerca cerrado cerrais
        cierra cierran claro codigo comprar compra compre correo costo cuenta cuesta cuestan dia dias dinero direccion
        disculpa domingo envia envian enviar envio envios factura favor fecha fin garantia gracias gratis grax hablar
        hola hora horario horas hoy jaja jajaja jueves llamame llamar llego lunes manana martes mes meses
        miercoles momento necesito noche numero pagar pago pagos paquete pedido pedidos perdon perfecto perdido porfavor
        precio pregunta recibi recibo recoger reembolso roto sabado semana semanas tarde tardes tarjeta telefono tienda
        vale viernes
        """.split()
    ),
}
