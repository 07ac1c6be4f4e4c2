"""What an open reading period comes to, from the same weekdays of the last weeks."""
