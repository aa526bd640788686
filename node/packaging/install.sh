#!/bin/sh
# Installs a Montana node and joins a network. Every step is said before it is done; done twice, it changes nothing.
set -eu

usage() {
  cat <<'END'
Usage: sh install.sh [--tarball <file>] [--prefix <folder>] [--dir <folder> --genesis <file> [--peer <multiaddr>]…]

  --tarball <file>    the package, as `npm pack` makes it (default: the newest montana-*.tgz here)
  --prefix <folder>   where the program goes (default: /usr/local for root, else ~/.local)
  --dir <folder>      the node's folder: made with a new identity, whose 24 words are shown once; what one that is there has is kept
  --genesis <file>    genesis file of the network to join
  --peer <multiaddr>  a node to begin with, /ip4/…/tcp/…/p2p/Qm…; repeatable
  --listen <multiaddr> where others reach this node (default: /ip4/0.0.0.0/tcp/8444)
  --words             recover the identity from 24 words on stdin instead of making a new one
  --no-service        no systemd unit, though root runs this on a machine with systemd
  --dry-run           say every step and do none
  --undo              take service and program away; the folder with keys and store stays
  --help              this text

Without --dir only the program is installed. As root on a machine with systemd a folder below /var/lib becomes a service:
user montana, unit montana.service, started now and with the machine. A machine has one such service: a second folder needs
--no-service.
END
}

say() { printf 'montana install: %s\n' "$*"; }
refuse() {
  printf 'montana install: %s\n' "$1" >&2
  exit "${2:-1}"
}
# Says a command, and runs it unless this is a rehearsal.
run() {
  printf '  %s\n' "$*"
  [ "$dry" = yes ] || "$@"
}

tarball='' prefix='' dir='' genesis='' peers='' listen='' words=no service=yes dry=no undo=no
value() { [ "$2" -ge 2 ] || refuse "$1 takes a value; --help has the options" 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --tarball) value "$1" $#; tarball=$2; shift ;;
    --prefix) value "$1" $#; prefix=$2; shift ;;
    --dir) value "$1" $#; dir=$2; shift ;;
    --genesis) value "$1" $#; genesis=$2; shift ;;
    --peer) value "$1" $#; peers="$peers  - $2
"; shift ;;
    --listen) value "$1" $#; listen=$2; shift ;;
    --words) words=yes ;;
    --no-service) service=no ;;
    --dry-run) dry=yes ;;
    --undo) undo=yes ;;
    --help) usage; exit 0 ;;
    *) refuse "$1: no such option; --help has them all" 2 ;;
  esac
  shift
done

is_root=no
[ "$(id -u)" -ne 0 ] || is_root=yes
if [ -z "$prefix" ]; then
  if [ $is_root = yes ]; then prefix=/usr/local; else prefix=$HOME/.local; fi
fi
# Without slashes at its end: a service's folder is known by its last name.
absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac | sed 's|//*$||'; }
prefix=$(absolute "$prefix")
[ -z "$dir" ] || dir=$(absolute "$dir")
program=$prefix/bin/montana
package=$prefix/lib/node_modules/montana
stamp=$package/.installed-from
unit=/etc/systemd/system/montana.service

is_made() { [ -e "$dir/identity.bin" ] && [ -e "$dir/montana.yaml" ]; }
# Whether the configuration has a key already.
sets() { grep -q "^$1:" "$dir/montana.yaml" 2>/dev/null; }
has_systemd() { [ $is_root = yes ] && [ -d /run/systemd/system ]; }

command -v npm >/dev/null || refuse 'npm is missing; install Node 20.19 or newer with npm first, the package brings its own Node 24'
node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || (+a === 20 && +b >= 19) ? 0 : 1)' ||
  refuse "Node $(node --version) is too old to begin with; install 20.19 or newer, the package brings its own Node 24"

if [ $undo = yes ]; then
  if has_systemd && [ -e $unit ]; then
    say 'stop the service and take it away'
    run systemctl disable --now montana.service
    run rm -f $unit
    run systemctl daemon-reload
  fi
  say "take the program away from $prefix"
  if [ -d "$package" ]; then run npm uninstall --global --prefix "$prefix" --no-audit --no-fund montana; else say 'it is not there'; fi
  say 'folders of nodes stay: they hold keys. Remove one by hand only when you have its 24 words'
  exit 0
fi

# Everything that is asked for is looked at before anything is done.
if [ -z "$tarball" ]; then
  # shellcheck disable=SC2012
  tarball=$(ls -t montana-*.tgz 2>/dev/null | head -n 1)
fi
[ -f "$tarball" ] || refuse "${tarball:-no montana-*.tgz here}: there is no such package; make one with \"npm pack\" in a checkout, and name it with --tarball"
if [ -n "$dir" ] && ! is_made && [ ! -f "$genesis" ]; then
  refuse "${genesis:-no --genesis}: there is no such genesis file; get the one of the network to join"
fi
wants_service=no
if [ -n "$dir" ] && [ $service = yes ] && has_systemd; then
  state=${dir#/var/lib/}
  case $state in '' | . | .. | /* | *[!A-Za-z0-9._-]*) refuse "$dir: a service has its folder directly in /var/lib; name one there, or give --no-service" ;; esac
  case $prefix in /home/* | /root/*) refuse "$prefix: a service cannot see into homes; name another --prefix, or give --no-service" ;; esac
  if [ -e $unit ] && ! grep -qx "WorkingDirectory=$dir" $unit; then
    refuse "$dir: a machine has one service montana, and here it is that of $(sed -n 's/^WorkingDirectory=//p' $unit); give --no-service, or take that one away with --undo first"
  fi
  wants_service=yes
fi

sum=$(node -e 'process.stdout.write(require("node:crypto").createHash("sha256").update(require("node:fs").readFileSync(process.argv[1])).digest("hex"))' "$tarball")
is_new=no
if [ -x "$program" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]; then
  say "the program is in $prefix already, from this package"
else
  is_new=yes
  say "install the program with its own Node into $prefix"
  run mkdir -p "$prefix"
  run npm install --global --prefix "$prefix" --prefer-offline --no-audit --no-fund --loglevel=error "$(absolute "$tarball")"
  if [ $dry = no ]; then
    has=$("$program" --version) || refuse 'the program does not run; allow npm the script of the package node, which brings Node 24'
    printf '%s' "$sum" >"$stamp"
    say "montana $has is there; $prefix/bin should be in your PATH"
  fi
fi

if [ -n "$dir" ]; then
  if is_made; then
    say "$dir has an identity already; it and its settings are kept"
  else
    say "make the node's folder $dir"
    if [ $words = yes ]; then run "$program" node init --dir "$dir" --genesis "$genesis" --mnemonic -
    else run "$program" node init --dir "$dir" --genesis "$genesis"; fi
  fi
  # Also where an earlier run was cut off before this.
  added=''
  if [ -n "$listen" ] && ! sets listen; then
    added="listen:
  - $listen
"
  fi
  if [ -n "$peers" ] && ! sets peers; then
    added="${added}peers:
$peers"
  fi
  if [ -n "$added" ]; then
    say "add listen and peers to $dir/montana.yaml"
    [ $dry = yes ] || printf '\n# As given to install.sh.\n%s' "$added" >>"$dir/montana.yaml"
    is_new=yes
  fi
fi

if [ $wants_service = yes ]; then
  say 'install the service montana'
  id montana >/dev/null 2>&1 ||
    run useradd --system --user-group --home-dir "$dir" --shell /usr/sbin/nologin montana
  run chown -R montana:montana "$dir"
  if [ $dry = yes ]; then say "write $unit"; else
    # By the Node that came with it, wherever the machine's own is.
    start=$program pinned=$package/node_modules/node/bin/node
    [ ! -x "$pinned" ] || start="$pinned $package/dist/node/montana.mjs"
    text=$(sed -e "s|@PROGRAM@|$start|" -e "s|@STATE@|$state|" "$package/dist/node/packaging/montana.service")
    if [ "$(cat $unit 2>/dev/null)" != "$text" ]; then printf '%s\n' "$text" >$unit; is_new=yes; fi
  fi
  run systemctl daemon-reload
  run systemctl enable montana.service
  if [ $is_new = yes ]; then run systemctl restart montana.service; else run systemctl start montana.service; fi
  say "it runs; \"$program node doctor --dir $dir\" looks it over, \"journalctl -u montana\" has its log"
elif [ -n "$dir" ]; then
  say "start it: $program node start --dir $dir"
fi
