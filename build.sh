#!/usr/bin/env bash
# The same entry as build.ps1, for a machine that may have no PowerShell yet.
# It uses pwsh 7.4 or later from PATH, else PowerShell as the pinned local .NET tool. Where neither can be had, it says so and does
# what needs no PowerShell.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

good_pwsh() {
    "$@" -NoLogo -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.4")' >/dev/null 2>&1
}

if command -v pwsh >/dev/null 2>&1 && good_pwsh pwsh; then
    exec pwsh -NoLogo -NoProfile -NonInteractive -File ./build.ps1 "$@"
fi

if dotnet tool restore >/dev/null 2>&1 && good_pwsh dotnet tool run pwsh --; then
    exec dotnet tool run pwsh -- -NoLogo -NoProfile -NonInteractive -File ./build.ps1 "$@"
fi

echo "No PowerShell 7.4 or later: it is not on PATH, and the pinned tool in .config/dotnet-tools.json could not be restored. Doing what needs none."

build() {
    dotnet build FineTuning.sln -c Release --nologo -v quiet
}

# Adds up the closing lines of the test runs: Passed! - Failed: 0, Passed: 12, Skipped: 0, ...
run_tests() {
    build || return 1
    local log status passed failed skipped unrun
    log=$(mktemp)
    dotnet test FineTuning.sln -c Release --no-build --nologo 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    sum() { grep -oE "$1: +[0-9]+" "$log" | grep -oE '[0-9]+' | awk '{ n += $1 } END { print n + 0 }'; }
    passed=$(sum Passed); failed=$(sum Failed); skipped=$(sum Skipped)
    rm -f "$log"
    # Every Pester test is one that was not run here.
    unrun=$(grep -hE "^\s*It ['\"]" tests/Module/*.Tests.ps1 | wc -l)
    echo "Skipped, because there is no PowerShell: $unrun Pester tests in tests/Module"
    [ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
    echo "$passed passed, $failed failed, $((skipped + unrun)) skipped"
    [ "$failed" -eq 0 ]
}

run_demo() {
    build && dotnet run --project samples/Walkthrough -c Release --no-build
}

run_clean() {
    rm -rf bin artifacts src/*/bin src/*/obj tests/*/bin tests/*/obj samples/*/bin samples/*/obj
}

[ $# -eq 0 ] && set -- build test
for task in "$@"; do
    case "$task" in
        build) build ;;
        test) run_tests ;;
        demo) run_demo ;;
        clean) run_clean ;;
        docs | package) echo "'$task' needs PowerShell 7.4 or later."; false ;;
        *) echo "Unknown task '$task'. The tasks are build, test, demo, docs, package and clean."; false ;;
    esac || exit 1
done
