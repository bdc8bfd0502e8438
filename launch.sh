#!/bin/sh
# Starts Oelala; sets it up first where that is needed (oelala/installer).
#   ./launch.sh [flags]              the studio: app.py
#   ./launch.sh test [arguments]     the tests: pytest
#   ./launch.sh <sub-command> …      python -m oelala <sub-command> …
# OELALA_PYTHON names the Python to build on, OELALA_TORCH the build of torch (cpu, cu126, cu130, rocm…, default).

here=$0
while [ -L "$here" ]; do
    link=$(readlink "$here")
    case $link in
        /*) here=$link ;;
        *) here=$(dirname "$here")/$link ;;
    esac
done
here=$(CDPATH='' cd "$(dirname "$here")" && pwd -P) || exit 1
python=$here/.venv/bin/python
installer=$here/oelala/installer/__main__.py
extra=
[ "${1-}" = test ] && extra=--test

find_python() {
    # A double click on macOS starts without the shell's own PATH.
    [ "$(uname 2>/dev/null)" = Darwin ] && PATH=$PATH:/opt/homebrew/bin:/usr/local/bin
    no_venv=
    for found in "${OELALA_PYTHON:-python3.13}" python3.13 python3.12 python3.11 python3.14 python3 python; do
        "$found" -I -B "$installer" --usable </dev/null >/dev/null 2>&1
        case $? in
            0) return 0 ;;
            3) no_venv=${no_venv:-$found} ;;
        esac
    done
    found=$no_venv # the installer says what it lacks
    [ -n "$found" ]
}

say_no_python() {
    case ${OELALA_LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG-}}}} in
        nl*) echo "Oelala heeft Python 3.11 tot en met 3.14 nodig: haal het op https://www.python.org/downloads/" \
            "(Debian en Ubuntu: sudo apt install python3-venv) en start opnieuw." ;;
        *) echo "Oelala needs Python 3.11 up to 3.14: get it at https://www.python.org/downloads/" \
            "(Debian and Ubuntu: sudo apt install python3-venv) and start again." ;;
    esac >&2
}

if ! { [ -x "$python" ] && "$python" -I -S -B "$installer" --check $extra </dev/null >/dev/null 2>&1; }; then
    find_python || { say_no_python; exit 1; }
    trap : INT # Ctrl+C is for the installer, which ends with 130
    "$found" -I -B "$installer" $extra </dev/null >&2 || exit
    trap - INT
fi

# Only this project and its environment, whatever else the user's shell adds to Python's path.
unset PYTHONHOME
PYTHONPATH=$here
export PYTHONPATH

case ${1-} in
    test) shift && cd "$here" && exec "$python" -m pytest -n 2 --dist loadgroup "$@" ;;
    '' | -*) exec "$python" "$here/app.py" "$@" ;;
    *) exec "$python" -P -m oelala "$@" ;;
esac
