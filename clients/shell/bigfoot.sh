# bigfoot.sh - Tests and named mocks of a shell script under bigfoot-run: `. bigfoot.sh`. POSIX sh; bats too. It starts no
# process, so that a spec which allows no commands is no obstacle. Source: man bigfoot-spec, "Tests" and "Named mocks".
#
#   bigfoot_begin NAME                 from here on the calls of this shell, and of what it starts, are this test's
#   bigfoot_end [NAME]                 1 and the report on standard error where the test did not keep to the spec
#   bigfoot_skip NAME                  as bigfoot_end, but nothing of the test is missed
#   bigfoot_expect 'http = "GET …"'    adds an entry to the open test
#   bigfoot_status                     prints the counts, as JSON
#   bigfoot_call Object.method ['[ARGS]' ['{KWARGS}']]   prints the value, as JSON; 1 and the message where it is an error,
#                                      2 where the entry says pass_through: the caller does the real thing
#
# Outside of bigfoot-run begin, end, skip and expect do nothing.

# One line to bigfoot-run, its answer in bigfoot_answer. The braces stay in this process, whose test it is.
bigfoot_ask() {
  bigfoot_answer=
  [ -n "${BIGFOOT_CTL-}" ] || return 0
  { printf '%s\n' "$1" >&9 && IFS= read -r bigfoot_answer <&9; } 9<>"$BIGFOOT_CTL"
}

# The text of the last member of that name in bigfoot_answer, without its JSON escapes.
bigfoot_text() {
  bigfoot_rest=${bigfoot_answer##*\"$1\":\"}
  bigfoot_out=
  while :; do
    bigfoot_part=${bigfoot_rest%%[\\\"]*}
    bigfoot_out=$bigfoot_out$bigfoot_part
    bigfoot_rest=${bigfoot_rest#"$bigfoot_part"}
    case $bigfoot_rest in
      \\n*) bigfoot_out="$bigfoot_out
" ;;
      \\t*) bigfoot_out="$bigfoot_out	" ;;
      \\u*) bigfoot_out="$bigfoot_out?" && bigfoot_rest=${bigfoot_rest#????} ;;
      \\?*) bigfoot_part=${bigfoot_rest#??} && bigfoot_part=${bigfoot_rest%"$bigfoot_part"} && bigfoot_out=$bigfoot_out${bigfoot_part#?} ;;
      *) break ;;
    esac
    bigfoot_rest=${bigfoot_rest#??}
  done
  printf '%s\n' "$bigfoot_out"
}

# 0 unless the answer is an error; then its message is told.
bigfoot_check() {
  case $bigfoot_answer in
    '{"error":'*) bigfoot_text message >&2 && return 1 ;;
  esac
}

bigfoot_verdict() {
  bigfoot_check || return 1
  case $bigfoot_answer in
    '' | *'"verdict":"pass"'*) return 0 ;;
  esac
  bigfoot_text report >&2
  return 1
}

bigfoot_begin() { bigfoot_ask "begin $1" && bigfoot_check; }
bigfoot_end() { bigfoot_ask "end${1:+ $1}" && bigfoot_verdict; }
bigfoot_skip() { bigfoot_ask "skip${1:+ $1}" && bigfoot_verdict; }
bigfoot_expect() { bigfoot_ask "expect $1" && bigfoot_check; }
bigfoot_status() { bigfoot_ask status && printf '%s\n' "$bigfoot_answer"; }

bigfoot_call() {
  bigfoot_args=${2-} bigfoot_kwargs=${3-}
  bigfoot_ask "{\"call\":\"$1\",\"args\":${bigfoot_args:-[]},\"kwargs\":${bigfoot_kwargs:-{\}}}" && bigfoot_check || return 1
  case $bigfoot_answer in
    '{"real":true}') return 2 ;;
    '') printf '%s\n' 'bigfoot_call: not under bigfoot-run: bigfoot-run --spec SPEC -- COMMAND' >&2 && return 1 ;;
  esac
  bigfoot_out=${bigfoot_answer#'{"value":'}
  printf '%s\n' "${bigfoot_out%\}}"
}
