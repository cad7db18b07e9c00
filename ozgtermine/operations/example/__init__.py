"""The example that ships with the product: facts of the newsletter of January 2023, and invented people.

Names, towns and addresses of people are invented; so is all that happens after the newsletter's last date,
where the example continues its series around today.
"""
