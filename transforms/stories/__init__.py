"""From reports to meetings: which articles tell of one meeting, and which names are one person. Plain Python, no Beam.

``spelling`` compares names, ``party`` compares those who met, ``told`` holds what one report says, ``compare`` scores
two reports by named features, ``merge`` makes meetings of scored pairs, ``near`` finds copies of one text. Every
result is the same for the same reports in any order.
"""
