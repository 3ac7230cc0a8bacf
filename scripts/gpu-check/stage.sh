# Stages, one after the other, each under a limit of its own; to be sourced by bash. What a stage prints goes into check.log, and
# what came of it into summary.txt, both in $OUT and at once: whatever ends the machine's time, the rest is known.
#
#   stage NAME SECONDS COMMAND...    a stage that fails, or is ended at its limit, keeps no other from running
#   summarize                        counts; fails where a stage did
#
# GANODE_CHECK_SECONDS: time of all stages together, after which no other begins (default 530)
# GANODE_CHECK_PATIENCE: a whole number by which the limits are multiplied (default 1)
# GANODE_CHECK_ONLY: names of stages; the others are left out

: "${GANODE_CHECK_SECONDS:=530}"
log=$OUT/check.log
summary=$OUT/summary.txt
# What a stage may leave in the log, so that the results stay small enough to come back.
most_bytes=$((2 << 20))
passed=0
failed=0
SECONDS=0

# Adds a line to the summary: NAME TENTHS CODE VERDICT.
record() {
  printf '%-14s %5d.%d s  exit %3s  %s\n' "$1" $(($2 / 10)) $(($2 % 10)) "$3" "$4" | tee -a "$summary"
}

stage() {
  local name=$1 limit=$(($2 * ${GANODE_CHECK_PATIENCE:-1})) left=$((GANODE_CHECK_SECONDS - SECONDS))
  local began code verdict size
  shift 2
  case " ${GANODE_CHECK_ONLY:-$name} " in *" $name "*) ;; *) return 0 ;; esac
  if ((left <= 0)); then
    failed=$((failed + 1))
    record "$name" 0 - 'not run: no time was left'
    return 0
  fi
  ((limit < left)) || limit=$left
  printf '\n=== %s, at most %d s: %s\n' "$name" "$limit" "$*" >>"$log"
  size=$(stat -c %s "$log")
  began=${EPOCHREALTIME/[.,]/}
  timeout -k 5 "$limit" "$@" >>"$log" 2>&1 </dev/null
  code=$?
  # 124: it ended when told to at its limit; 137: it had to be killed.
  case $code in
    0) verdict=ok ;;
    124 | 137) verdict="ended at its limit of $limit s" ;;
    *) verdict=failed ;;
  esac
  if ((code == 0)); then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  if (($(stat -c %s "$log") > size + most_bytes)); then
    truncate -s $((size + most_bytes)) "$log"
    printf '\n(what it printed after that is left out)\n' >>"$log"
  fi
  record "$name" $(((${EPOCHREALTIME/[.,]/} - began) / 100000)) "$code" "$verdict"
}

summarize() {
  echo "$passed passed, $failed failed" | tee -a "$summary"
  ((failed == 0))
}
