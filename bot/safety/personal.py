"""Is it a person's: the number of a card or an account, an address for mail?"""

_CARD_DIGITS = range(13, 20)  # ISO/IEC 7812
_IBAN_LEAST = 15


def is_card(value: str) -> bool:
    """Say whether digits are a payment card's: an issuer's range and the check digit (ISO/IEC 7812)."""
    digits = [int(c) for c in value if c.isdigit()]
    doubled = (sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(reversed(digits)))
    return len(digits) in _CARD_DIGITS and sum(doubled) % 10 == 0


def is_iban(value: str) -> bool:
    """Say whether letters and digits are an account's number: the check digits of ISO 13616."""
    bare = value.replace(" ", "").upper()
    return len(bare) >= _IBAN_LEAST and int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def is_mail(value: str) -> bool:
    """Say whether an address belongs to a person: no service account, no login of a machine."""
    user, _, host = value.lower().partition("@")
    return user != "git" and not host.endswith(
        (".gserviceaccount.com", ".internal", ".local", ".lan", ".svc")
    )
