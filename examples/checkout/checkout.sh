#!/bin/sh
# examples/checkout/checkout.sh AMOUNT - A small shop: charges a card, then writes the receipt's number.
set -eu
reply=$(curl --silent --show-error --fail https://api.stripe.com/v1/charges \
  --header 'Content-Type: application/json' --header "Authorization: Bearer ${STRIPE_KEY:-test}" \
  --data "{\"amount\": $1, \"currency\": \"usd\"}")
echo "charged: $reply"
