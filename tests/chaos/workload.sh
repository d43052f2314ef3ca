# A container that holds a file of its identity open, and locks it where there is a way to: so it
# is known when two run under one identity.
me="$TALLY/$IDENTITY"
exec 9>"$me.lock"
if command -v flock >/dev/null && ! flock -n 9; then
  echo "$$" >>"$me.twice"
  exit 3
fi
trap 'exit 0' TERM
while :; do sleep 1 & wait $!; done
