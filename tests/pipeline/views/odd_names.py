"""Names and links of every kind and length."""

from making import participant

SUMMIT = [participant(f"Delegate Number {number}", country="CH") for number in range(40)]
PARTIES = {
    "plain": [participant("Ann Lee"), participant("Bo Kim", country="KR")],
    "chinese": [participant("王毅", country="CN"), participant("林芳正外務大臣" * 4, country="JP")],
    "arabic": [participant("محمد بن سلمان", country="SA"), participant("بنیامین نتانیاهو", country="IL")],
    "emoji": [participant("Zoë 🕊️ Müller-Lüdenscheidt", country="DE"), participant("👨‍👩‍👧 Families", country=None)],
    "markup": [participant("[bold]Ann[/bold]\x1b[31m"), participant("x" * 130)],
    "summit": SUMMIT,
}
LINK = "https://news.example/2026/10/12/" + "a-very-long-address-" * 8 + "end.html"
