# Where things are, and how programs and scripts are run: what the tasks have in common. build.ps1 reads it before them.
[Diagnostics.CodeAnalysis.SuppressMessage(
    'PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'The tasks use them.')]
param()

$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
# Nothing is left running: by default the compiler and MSBuild stay for the next build.
$env:MSBUILDDISABLENODEREUSE = '1'
$env:UseSharedCompilation = 'false'
$env:DOTNET_CLI_USE_MSBUILD_SERVER = '0'

$bin = Join-Path $root 'bin'
$artifacts = Join-Path $root 'artifacts'
$manifest = Join-Path $root 'FineTuning.psd1'
$solution = Join-Path $root 'FineTuning.sln'
# Not the program of this process, which is dotnet where PowerShell runs as a .NET tool.
$engine = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
# Tasks that others begin with, and that are done once.
$done = [System.Collections.Generic.HashSet[string]]::new()

function Write-Step([string] $Text) { Write-Host "== $Text" -ForegroundColor Cyan }

function Invoke-Tool {
    # Runs a program and stops the build if it fails. A plain function, so that the program's options are not taken
    # for its own.
    $program, $arguments = $args
    & $program @arguments | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "$args ended with exit code $LASTEXITCODE." }
}

function Invoke-DotnetBuild {
    # All projects are compiled by one process, which this build has for itself and which ends with it.
    $env:UseSharedCompilation = 'true'
    $env:SharedCompilationId = "finetuning-$PID"
    try {
        Invoke-Tool dotnet build @args -c $Configuration --nologo -v quiet
    } finally {
        $env:UseSharedCompilation = 'false'
        $sdk = & dotnet msbuild "$root/build/Demo.proj" -getProperty:MSBuildToolsPath
        & dotnet "$sdk/Roslyn/bincore/VBCSCompiler.dll" "-pipename:$env:SharedCompilationId" -shutdown | Out-Null
        $env:SharedCompilationId = $null
    }
}

function Invoke-Pwsh {
    # Runs a script in a child process, so that this one never loads the module and its files can be replaced.
    $script, $arguments = $args
    & $engine -NoLogo -NoProfile -NonInteractive -File $script @arguments | Out-Host
    $LASTEXITCODE
}
