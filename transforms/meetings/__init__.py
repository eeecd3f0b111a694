"""Meetings as reports: who met whom, how, when and where, in the sentences that say so; and reports of one meeting as one."""
