#!/usr/bin/env bash
# The same entry as build.ps1, for a machine that may have no PowerShell yet.
# It uses pwsh 7.4 or later from PATH, else PowerShell as the pinned local .NET tool. Where neither can be had, it says so and does
# what needs no PowerShell.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# Nothing is left running: by default the compiler and MSBuild stay for the next build.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0

if ! dotnet --list-sdks 2>/dev/null | grep -qE '^[1-9][0-9]+\.'; then
    echo "The .NET SDK 10 or later is needed and not on PATH: https://dotnet.microsoft.com/download" >&2
    exit 1
fi

good_pwsh() {
    # shellcheck disable=SC2016 # the dollar is PowerShell's
    "$@" -NoLogo -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.4")' >/dev/null 2>&1
}

if command -v pwsh >/dev/null 2>&1 && good_pwsh pwsh; then
    exec pwsh -NoLogo -NoProfile -NonInteractive -File ./build.ps1 "$@"
fi

# Where PowerShell as a tool finds the runtime, also when it starts itself again.
export DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
if dotnet tool restore >/dev/null 2>&1 && good_pwsh dotnet tool run pwsh --; then
    exec dotnet tool run pwsh -- -NoLogo -NoProfile -NonInteractive -File ./build.ps1 "$@"
fi

echo "No PowerShell 7.4 or later: it is not on PATH, and the pinned tool in .config/dotnet-tools.json could not be restored. Doing what needs none."

# Where build.ps1 has its own, so that clean and .gitignore know them.
results=artifacts/tests
built=

compile() {
    dotnet build "$1" -c Release --nologo -v quiet
}

run_build() {
    [ -n "$built" ] && return
    compile FineTuning.sln && built=yes
}

# Adds up one of the counters of all test runs. Read from the result files: the words on the screen are in the user's language.
sum() {
    cat "$results"/*.trx 2>/dev/null | grep -oE '<Counters [^>]*' | grep -oE " $1=\"[0-9]+" | grep -oE '[0-9]+' |
        awk '{ n += $1 } END { print n + 0 }'
}

run_test() {
    run_build || return 1
    rm -rf "$results"
    local status passed failed skipped unrun
    dotnet test FineTuning.sln -c Release --no-build --nologo --logger trx --results-directory "$results"
    status=$?
    passed=$(sum passed)
    failed=$(sum failed)
    skipped=$(($(sum total) - $(sum executed)))
    # A run that broke off has no result that failed, and one that found no tests shows nothing.
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then failed=1; fi
    # Once more, since the run printed them far above.
    cat "$results"/*.trx 2>/dev/null | grep -E '<UnitTestResult [^>]*outcome="Failed"' | sed -E 's/.* testName="([^"]*)".*/FAILED xunit: \1/'
    # Every Pester test is one that was not run here.
    unrun=$(cat tests/Module/*.Tests.ps1 2>/dev/null | grep -cE "^[[:space:]]*It ['\"]")
    echo "Skipped, because there is no PowerShell: the $unrun Pester tests in tests/Module"
    echo "$passed passed, $failed failed, $((skipped + unrun)) skipped"
    [ "$failed" -eq 0 ]
}

run_demo() {
    # Only what it needs: on a fresh clone the packages of the tests take longer than the demonstration.
    compile src/FineTuning.Server && compile samples/Walkthrough || return 1
    dotnet run --project samples/Walkthrough -c Release --no-build
}

run_soak() {
    # The variable multiplies the counts of the checks that run in test too.
    run_build || return 1
    local project
    for project in Server.Tests Reliability.Tests; do
        FINETUNING_SOAK_SCALE="${FINETUNING_SOAK_SCALE:-40}" dotnet test "tests/$project" -c Release --no-build --nologo \
            --filter Category=Soak --logger 'console;verbosity=detailed' || return 1
    done
}

run_bench() {
    run_build && dotnet run --project tests/Benchmarks -c Release --no-build
}

run_clean() {
    rm -rf bin artifacts src/*/bin src/*/obj tests/*/bin tests/*/obj samples/*/bin samples/*/obj
    built=
}

[ $# -eq 0 ] && set -- build test
# All names are looked at before anything is done, as build.ps1 does.
for task in "$@"; do
    case "$task" in
        build | test | demo | soak | bench | clean) ;;
        docs | package) echo "'$task' needs PowerShell 7.4 or later." >&2; exit 1 ;;
        *) echo "Unknown task '$task'. The tasks are build, test, demo, soak, bench, docs, package and clean." >&2; exit 1 ;;
    esac
done
for task in "$@"; do
    "run_$task" || exit
done
