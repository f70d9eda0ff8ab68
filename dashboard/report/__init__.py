"""Reports from the quay and from the public: lean pages of their own, and the addresses that they send to.

Holds the forms `/report` and `/public/report`, `/c/` to follow a case, and `/api/v1/cases`. No Dash: a page here must
come over a bad line. Its scripts keep what was typed on the phone until the server has it.
"""
