#!/bin/sh
# charge.sh DOLLARS - Charges a card; the API counts in cents.
set -eu
reply=$(curl --silent --fail https://api.stripe.com/v1/charges --header "Authorization: Bearer $STRIPE_KEY" \
  --json "{\"amount\": $1, \"currency\": \"usd\", \"source\": \"tok_visa\"}")
echo "charged: $reply"
