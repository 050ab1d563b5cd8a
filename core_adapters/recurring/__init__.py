"""Payments that go by themselves, and reminders: one yes of the customer, a date every week or month.

`calendar` and `plan` decide when; `mandate` ties each payment to the yes; `running` makes the payments that are due,
each as an ordinary operation; `outcomes` says what became of one; `orders` and `questions` are what customers ask for.
"""
