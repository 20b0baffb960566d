#!/usr/bin/env bash
# build.ps1 for a machine that may have no PowerShell yet: finds one, or restores the .NET tool that
# .config/dotnet-tools.json names, and hands over.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

if ! dotnet --list-sdks 2>/dev/null | grep -qE '^[1-9][0-9]+\.'; then
    echo "The .NET SDK 10 or later is needed and not on PATH: https://dotnet.microsoft.com/download" >&2
    exit 1
fi

least=$(sed -n 's:.*<LeastPowerShellVersion>\(.*\)</LeastPowerShellVersion>.*:\1:p' Directory.Packages.props)
options=(-NoLogo -NoProfile -NonInteractive)

is_new_enough() {
    "$@" "${options[@]}" -Command "exit [int](\$PSVersionTable.PSVersion -lt [version]'$least')"
}

if command -v pwsh >/dev/null && is_new_enough pwsh; then
    exec pwsh "${options[@]}" -File ./build.ps1 "$@"
fi

# Where PowerShell as a tool finds the runtime, also when it starts itself again.
export DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
if said=$(dotnet tool restore 2>&1); then
    exec dotnet tool run pwsh -- "${options[@]}" -File ./build.ps1 "$@"
fi

cat >&2 <<END
$said
PowerShell $least or later is needed: it is not on PATH, and the .NET tool could not be restored (see above).
Install PowerShell (https://aka.ms/install-powershell), or let dotnet reach a NuGet source, and run ./build.sh again.
END
exit 1
