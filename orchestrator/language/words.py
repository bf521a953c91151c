"""Words of English and Spanish as people type them on a phone: lower case, no accents, no apostrophes, abbreviated."""

# ruff: noqa: SIM905 — words in quotes and commas could not be read

from collections.abc import Mapping

from orchestrator.model import Language

# They tell the language, and nothing about what is asked. The cores are the Snowball project's stop lists:
# https://snowballstem.org/algorithms/english/stop.txt and https://snowballstem.org/algorithms/spanish/stop.txt
FUNCTION_WORDS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        """
        a about actually after again all already also always am an and another any anymore anyone anything anyway are
        arent around as asap at be because been before being between both bring brings but by can cannot cant could
        couldnt did didnt do does doesnt doing dont down during each either else even ever every everything fast few
        find for found from get gets getting give go goes going got had happen happened happens has hasnt have havent
        having he her here hers him his how hows i id if ill im in instead into is isnt it its ive just keep last let
        like long lot made make many may maybe me might more most much must my myself need needs neither never no nobody
        nor not nothing now of off often on one ones only or other our ours out over own per please pls plz possible
        problem put quick quickly r rather really rn same say see shall she should show so some someone something soon
        still such take taken takes tell than that thats the their theirs them then there theres these they theyre thing
        things think this those though through till to too took u under until up upon ur us use very want wanted wants
        was wasnt wat way we well were what whatever whats when where wheres whether which while who whom whose why will
        with within without wont would y ya yet you your youre yours
        """.split()
    ),
    "es": frozenset(
        """
        a ademas ahi ahora al algo alguien algun alguna algunas alguno algunos alla alli ante antes aquel aquella
        aquello aqui asi aun aunque bien cada como con contra cosa cosas cual cuales cuando cuanta cuantas cuanto
        cuantos d da dame dan dar darme darse de debe debo deja del den desde despues dice dicen diga digan donde dos
        durante e el ella ellas ellos en entonces entre era eran eres es esa esas ese eso esos esta estaba estais
        estamos estan estar estas este esto estos estoy fue fueron gustaria ha habia habra hace haceis hacen hacer haces
        hacia haga hago han has hasta hay haya he hecho hemos hice hizo ir la las le les llevar llevo lo los mas me
        menos mi mia mio mis misma mismo mucha muchas mucho muchos muy nada nadie ni ningun ninguna no nos nosotros
        nuestra nuestras nuestro nuestros nunca o os otra otras otro otros para pasa pasado pasar pero poco podeis
        podemos podria podrian pone poner pongo por porfa porque posible pq problema pueda puede pueden puedes puedo
        pues q que queria quien quienes quiere quieren quieres quiero quisiera sabe saben saber se sea segun ser si sido
        siempre sin sobre sois solo somos son soy su sus tal tambien tampoco tan tanto tb te teneis tenemos tener tengo
        ti tiene tienen tienes toda todas todavia todo todos traer tras tu tus un una unas uno unos usted ustedes va
        vais vamos van ver vez vosotros voy vuestra vuestro xq y ya yo
        """.split()
    ),
}

# Greetings, thanks and other politeness: they tell the language too, and ask nothing.
COURTESY_WORDS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        """
        bye cool good great hello help hey hi morning nope ok okay question sorry sure thank thanks thx ty yeah yep yes
        """.split()
    ),
    "es": frozenset(
        """
        adios alo ayuda ayudar buena buenas bueno buenos claro disculpa favor gracias grax hola jaja jajaja momento
        necesito noche ok perdon perfecto porfavor pregunta tarde tardes vale
        """.split()
    ),
}

# What people write to a shop, beside the function words. They are not stop words: they carry what is asked.
SHOP_WORDS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        """
        address agent available back bad bought broken call cancel card change close closed code cost customer damaged
        day days deliver delivered delivery discount english exchange fix free home hour hours invoice items late later
        link missing money month months number open opening order ordered package parcel pay payment phone price receipt
        refund return returns sent service ship shipped shipping sold speak stock store talk time tmrw today tomoro
        tomorrow track tracking wait waiting warranty week weekend weeks work working wrong yesterday
        """.split()
    ),
    "es": frozenset(
        """
        abierto abre abren abris cambiar cancelar cerca cerrado cerrais cierra cierran codigo compra comprar compre
        correo costo cuenta cuesta cuestan dia dias dinero direccion domingo envia envian enviar envio envios factura
        fecha fin garantia gratis hablar hora horario horas hoy jueves llamame llamar llega llego lunes manana martes
        mes meses miercoles numero pagar pago pagos paquete pedido pedidos perdido precio recibi recibo recoger
        reembolso roto sabado semana semanas tarjeta telefono tienda viernes
        """.split()
    ),
}

SMALL_TALK: Mapping[Language, frozenset[str]] = {
    language: FUNCTION_WORDS[language] | COURTESY_WORDS[language] for language in FUNCTION_WORDS
}

# How a question came up, and words of every topic. They tell one passage from another, and yet a passage without them
# may be the answer all the same.
CIRCUMSTANCES: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        """
        able ago allow april august available bad begin big brother buy check correct current customer dad daughter day
        december different evening exact family february finish friday friend full hear hope hour house husband info
        information item january july june large learn look march meet mom monday month mother move mum new normal
        november october offer old online order own plan prefer product provide put read ready real remember run
        saturday seem september sister small son spend start stay store sunday suppose thursday time today tomorrow
        tonight touch try tuesday turn unacceptable understand usual visit wait watch wednesday week weekend wife wonder
        write year yesterday
        """.split()
    ),
    "es": frozenset(
        """
        abril acabar agosto amiga amigo anoche articulo ayer año casa cliente comprar comprobar correcto creer dejar dia
        diciembre disponible distinto domingo empezar encontrar enero entender esperar familia febrero grande hija hijo
        hora hoy informacion internet jueves julio junio lunes madre malo martes marzo mayo mañana mes miercoles mirar
        mujer normal noviembre nuevo octubre ofrecer padre parecer pedido pedir pensar pequeño permitir preferir
        preguntar preparado probar producto quedar sabado semana septiembre tiempo tienda traer usar venir viernes
        visitar
        """.split()
    ),
}
