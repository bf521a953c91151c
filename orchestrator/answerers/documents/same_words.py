"""Everyday ways to say what a document calls by another name, or in another form that no ending tells.

Each line: the one form that stands for all, and what else people write for it, a word or a few, in any case and with or
without accents. Both the documents and the questions are read with them, so it does not matter which of them a text
uses. A line must hold wherever the words are written; what is true of one shop alone belongs in its documents.
"""

from collections.abc import Mapping

from orchestrator.model import Language

SAME_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        # grammar, and how it is typed on a phone
        "are": "r",
        "you": "u, ya",
        "your": "ur",
        "what": "wat",
        "not": "hasnt, havent, hadnt, didnt, doesnt, dont, isnt, arent, wasnt, never",
        "tomorrow": "tomoro, tmrw",
        # a purchase
        "buy": "bought, purchase",
        "cost": "how much, charge for, price, fee, expensive",
        "pay": "paid, payment",
        "installment": "instalment",
        "american express": "amex",
        "decline": "reject, refuse, did not go through, didnt go through, does not go through, doesnt go through",
        "twice": "two times, 2 times",
        "use": "redeem",
        "discount code": "promo code, promotion code, coupon, coupon code, voucher",
        "gift card": "gift voucher, gift certificate",
        "expire": "expiry, expiration",
        "invoice": "bill",
        "cancel": "cancellation, call off, stop my order, stop the order",
        "colour": "color",
        "business": "company, companies, corporate",
        "item": "stuff, product, article, goods",
        # its way
        "ship": "delivery, deliver, postage",
        "parcel": "package, packet, shipment",
        "track": "follow, trace",
        "leave": "dispatch, left",
        "send": "sent",
        "arrive": "came, come, receive, get here, got here, turned up, show up, showed up",
        "late": "delay, overdue",
        "lose": "lost",
        "collect": "pick up, pickup, collection",
        "other countries": "abroad, overseas, international, internationally, worldwide",
        "po box": "post office box, pobox",
        # what may go wrong
        "return": "send back, sending back, sent back, send it back, bring back, bring it back, take back, give back",
        "refund": "money back, reimburse, reimbursement",
        "exchange": "swap",
        "warranty": "guarantee",
        "broken": "broke, break, fault, faulty, defect, defective, died, dead, snap, snapped, fell apart, in pieces, "
        "fails, stopped working, stops working, not working, doesnt work, does not work, wont work, will not work, "
        "does not turn on, doesnt turn on, wont turn on, will not turn on",
        "damage": "crushed, smashed, cracked",
        "repair": "fix, mend",
        "complaint": "complain",
        "wrong": "mistake, by mistake, error, accidentally",
        # whom, when and where
        "phone": "telephone",
        "call": "ring",
        "talk": "speak, chat",
        "person": "human, agent, representative, real person, real human",
        "address": "located, location",
        "store": "shop",
        "open": "opening",
        "hours": "opening times, how late",
        "close": "shut",
        "christmas": "xmas",
        "park": "car park",
        "delete": "erase, remove",
    },
    "es": {
        # grammar, and how it is typed on a phone
        "que": "q",
        "porque": "pq, xq",
        "tambien": "tb",
        # a purchase
        "comprar": "compra, compre",
        "costar": "cuesta, cuestan, coste, costo, precio, cuanto es, cuanto vale, cuanto sale",
        "pagar": "pago",
        "plazos": "cuotas, mensualidades, en dos veces, en tres veces, en varias veces",
        "american express": "amex",
        "efectivo": "en metalico",
        "rechazar": "rechazo, denegar, no pasa, fallar, falla",
        "cobrar": "cargo, cargos, cargar",
        "codigo de descuento": "cupon, cupon de descuento, codigo promocional, vale de descuento",
        "tarjeta regalo": "tarjeta de regalo, cheque regalo, vale regalo",
        "recibo": "ticket, tique, comprobante, boleta",
        "cancelar": "anular, no quiero el pedido, no quiero mi pedido",
        "caducar": "vencer, expirar",
        "articulo": "producto",
        # its way
        "enviar": "envio, mandar, despachar, entrega, entregar",
        "paquete": "bulto",
        "seguimiento": "seguir, sigo, rastrear, rastreo, localizar, tracking",
        "retraso": "retrasado, demorado",
        "tardar": "demorar, demora",
        "llegar": "vino, vinieron, venir",
        "otros paises": "extranjero",
        "perder": "perdido, extraviar, se perdio",
        "recoger": "recogida, retirar, buscar, pasar por",
        "urgente": "express, expres",
        # what may go wrong
        "devolver": "mandar de vuelta, mandar algo de vuelta, enviar de vuelta, devolucion, devuelvo, devuelve",
        "reembolso": "devuelven el dinero, devolver el dinero, devolucion del dinero, devuelven mi dinero, "
        "devuelvan el dinero, devuelven la plata, reintegro",
        "dinero": "plata",
        "roto": "rota, romper, rompio, averiado, estropeado, defectuoso, defecto, partido, "
        "hecho pedazos, no funciona, no enciende, no prende, "
        "deja de funcionar, dejo de funcionar, no va",
        "reparar": "arreglar",
        "dañado": "golpeado, aplastado",
        "embalaje": "caja, empaque",
        # whom, when and where
        "telefono": "fono",
        "hablar": "chatear, pasame con, comunicame con",
        "persona": "humano, agente",
        "equivocado": "error, por error, equivocarse, equivoque",
        "queja": "quejarse, quejarme",
        "abrir": "abierto",
        "cerrar": "cierra, cierran, cierre, cerrado",
        "horario": "horas de apertura, a que hora, a q hora, que hora",
        "direccion": "ubicacion, ubicados, domicilio",
        "autobus": "bus",
        "aparcar": "parking, aparcamiento, estacionar, estacionamiento, parqueo, parquear",
        "navidad": "navidades",
        "correo": "email, mail, correo electronico",
        "borrar": "eliminar",
        "publicidad": "promociones, newsletter",
        "empresa": "negocio, compañia",
    },
}
