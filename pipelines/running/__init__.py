"""How jobs run: in a process of their own or on another runner of Beam, and what they count meanwhile."""
