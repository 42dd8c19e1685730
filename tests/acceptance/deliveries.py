"""Answers of a next hop."""

from application.mail import Delivery, SendResult

BOUNCED = Delivery(result=SendResult.REFUSED, code=550, reply="5.1.1 no such user", bounced=True)
DEFERRED = Delivery(result=SendResult.REFUSED_FOR_NOW, code=451)
