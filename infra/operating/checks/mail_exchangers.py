"""MX records, looked up in the DNS.

https://dnspython.readthedocs.io/en/latest/resolver-class.html
"""

from collections.abc import Sequence

import dns.exception
import dns.resolver

_LIFETIME_S = 5.0


class NoAnswerError(Exception):
    """The DNS did not tell, which says nothing about the domain."""


def mail_exchangers(domain: str) -> Sequence[str]:
    """Host names, the preferred one first; none where the domain, or its MX record, does not exist."""
    try:
        answer = dns.resolver.resolve(domain, "MX", lifetime=_LIFETIME_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise NoAnswerError(f"the DNS did not answer: {error}") from error
    return [str(each.exchange).rstrip(".").lower() for each in sorted(answer, key=lambda each: each.preference)]
