-- title: What WhatsApp's error codes mean
-- description: The codes that a message's failure comes with, in our words, and who or what can help. Source:
--   https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
-- column error_code: Meta's code
-- column meaning: what went wrong
-- column remedy: retry, wait, wait a day, template (send one), other channel, opt-out (record it), pause (the
--   campaign), mend (the message), operator (the account), give up
SELECT error_code, meaning, remedy
FROM (
    VALUES
        ('0', 'the access token is not valid', 'operator'),
        ('3', 'the token lacks a permission', 'operator'),
        ('4', 'too many calls of this app', 'wait'),
        ('10', 'the token lacks a permission', 'operator'),
        ('100', 'a parameter is unknown or misspelled', 'mend'),
        ('190', 'the access token has expired', 'operator'),
        ('368', 'the account is blocked for a policy violation', 'operator'),
        ('80007', 'too many calls for this business account', 'wait'),
        ('130429', 'too many messages from this number', 'wait'),
        ('130472', 'the person is part of an experiment of Meta', 'give up'),
        ('131000', 'Meta does not say what went wrong', 'retry'),
        ('131005', 'access was denied', 'operator'),
        ('131008', 'a required parameter is missing', 'mend'),
        ('131009', 'a parameter has a wrong value', 'mend'),
        ('131016', 'the service is not available', 'retry'),
        ('131021', 'sender and recipient are the same', 'mend'),
        ('131026', 'the message cannot be delivered: no WhatsApp, an old version, terms not accepted', 'other channel'),
        ('131031', 'the business account is locked', 'operator'),
        ('131042', 'there is a problem with the payment method', 'operator'),
        ('131047', 'more than 24 hours since the person wrote', 'template'),
        ('131048', 'too many of our messages were blocked or called spam', 'pause'),
        ('131049', 'Meta held it back: the person gets too much marketing', 'wait a day'),
        ('131050', 'the person stopped our marketing messages', 'opt-out'),
        ('131051', 'this type of message is not supported', 'mend'),
        ('131052', 'the media could not be downloaded', 'retry'),
        ('131053', 'the media could not be uploaded', 'retry'),
        ('131056', 'too many messages to this person in a short time', 'wait'),
        ('131057', 'the account is in maintenance', 'wait'),
        ('132000', 'the template has another number of variables', 'mend'),
        ('132001', 'the template does not exist in this language', 'mend'),
        ('132005', 'the template is too long with its variables', 'mend'),
        ('132007', 'the template violates a policy', 'mend'),
        ('132012', 'a variable of the template has a wrong format', 'mend'),
        ('132015', 'the template is paused for its quality', 'pause'),
        ('132016', 'the template is disabled for its quality', 'pause'),
        ('133016', 'too many registrations of this number', 'wait'),
        ('137000', 'the recipient is no longer the person we knew', 'mend')
) AS codes (error_code, meaning, remedy)
