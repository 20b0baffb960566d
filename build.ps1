#!/usr/bin/env pwsh

<#
.SYNOPSIS
Builds, tests and packages FineTuning.

.DESCRIPTION
Run it with the tasks you want, in order. Without a task it builds and tests.

  build    compiles everything and stages the module in bin/, with its help where PlatyPS is installed
  test     runs all tests: xunit, and Pester against the staged module, for both of its assemblies, out of the package, and
             over Azure's dialect
  demo     shows the whole way of a training file on a local server
  soak     runs the long checks: random kills, many stored jobs, hostile requests and more; each runs in test too, shortly
  bench    compares with other programs and writes the figures into docs/performance.md
  docs     checks the markdown help and builds the module's help of it, and writes the tables of docs/reliability.md anew
  package  makes artifacts/FineTuning.VERSION.nupkg
  clean    removes everything that the other tasks made

PowerShell 7.4 or later and the .NET SDK 10 are needed. On a machine without PowerShell, build.sh does what needs none.

.PARAMETER Task
The tasks, in order: build, test, demo, soak, bench, docs, package, clean.

.PARAMETER Configuration
Release by default, or Debug.

.EXAMPLE
./build.ps1
Builds and tests.

.EXAMPLE
./build.ps1 demo
Builds, and shows the product at work.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0, ValueFromRemainingArguments)]
    [ValidateSet('build', 'test', 'demo', 'soak', 'bench', 'docs', 'package', 'clean')]
    [string[]] $Task = @('build', 'test'),

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
# Nothing is left running: by default the compiler and MSBuild stay for the next build.
$env:MSBUILDDISABLENODEREUSE = '1'
$env:UseSharedCompilation = 'false'
$env:DOTNET_CLI_USE_MSBUILD_SERVER = '0'

$root = $PSScriptRoot
$bin = Join-Path $root 'bin'
$artifacts = Join-Path $root 'artifacts'
$manifest = Join-Path $root 'FineTuning.psd1'
$downloaded = Join-Path $root '.modules'
$version = (Import-PowerShellDataFile $manifest).ModuleVersion
$package = Join-Path $artifacts "FineTuning.$version.nupkg"
$done = [System.Collections.Generic.HashSet[string]]::new()

# What the tests and the help are built with. The module itself needs none of them.
$tools = [ordered]@{
    'Pester'                                = '5.5.0'
    'Microsoft.PowerShell.SecretManagement' = '1.1.2'
    'Microsoft.PowerShell.SecretStore'      = '1.0.6'
    'Microsoft.PowerShell.PlatyPS'          = '1.0.0'
}

if ($PSVersionTable.PSVersion -lt [version] '7.4') {
    throw "PowerShell 7.4 or later builds this module; this is $($PSVersionTable.PSVersion)."
}

function Write-Step([string] $Text) { Write-Host "== $Text" -ForegroundColor Cyan }

function Invoke-Tool {
    # Runs a program and stops the build if it fails. A plain function, so that the program's options are not taken for its own.
    $program, $arguments = $args
    & $program @arguments | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "$args ended with exit code $LASTEXITCODE." }
}

function Invoke-Pwsh {
    # Runs a script in a child process, so that this one never loads the module and its files can be replaced.
    $script, $arguments = $args
    # Not the program of this process, which is dotnet where PowerShell runs as a .NET tool.
    $engine = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
    & $engine -NoLogo -NoProfile -NonInteractive -File $script @arguments | Out-Host
    $LASTEXITCODE
}

function Find-Tool([string] $Name) {
    $minimum = [version] $tools[$Name]
    Get-Module -Name $Name -ListAvailable | Where-Object Version -GE $minimum | Sort-Object Version -Descending | Select-Object -First 1
}

function Save-Pester {
    # Pester is in NuGet too, where whoever builds this gets the packages from.
    $packages = Join-Path $downloaded '.nuget'
    & dotnet restore (Join-Path $root 'tests/Module/Tools.proj') --packages $packages -v quiet | Out-Host
    foreach ($folder in Get-ChildItem (Join-Path $packages 'pester') -Directory -ErrorAction Ignore) {
        $null = New-Item (Join-Path $downloaded 'Pester') -ItemType Directory -Force
        Move-Item (Join-Path $folder 'tools') (Join-Path $downloaded 'Pester' $folder.Name)
    }
    Remove-Item $packages -Recurse -Force -ErrorAction Ignore
}

function Install-MissingTool {
    # Modules that are installed are used. Else Pester comes from NuGet and the others from the PowerShell Gallery, which CI does not ask, into
    # a folder of this clone.
    $null = New-Item $downloaded -ItemType Directory -Force
    if (-not $env:PSModulePath.StartsWith($downloaded)) { $env:PSModulePath = $downloaded + [IO.Path]::PathSeparator + $env:PSModulePath }
    if (-not (Find-Tool 'Pester')) {
        Write-Step 'Saving Pester into .modules'
        Save-Pester
    }
    foreach ($name in $tools.Keys) {
        if (Find-Tool $name) { continue }
        if (-not $env:CI) {
            try {
                Write-Step "Saving $name into .modules"
                if (Get-Command Save-PSResource -ErrorAction Ignore) {
                    Save-PSResource -Name $name -Path $downloaded -TrustRepository -WarningAction Ignore
                } else {
                    Save-Module -Name $name -Path $downloaded -WarningAction Ignore
                }
                if (Find-Tool $name) { continue }
            } catch {
                Write-Warning "$name could not be had from the PowerShell Gallery: $($_.Exception.Message)"
            }
        }
        Write-Warning "The module $name is missing. Install it with: Install-PSResource $name -Version '[$($tools[$name]),]'"
    }
}

function Invoke-Clean {
    Write-Step 'Cleaning'
    foreach ($path in @($bin, $artifacts) + (Get-ChildItem $root/src, $root/tests, $root/samples -Directory | ForEach-Object { "$_/bin", "$_/obj" })) {
        if (Test-Path $path) { Remove-Item $path -Recurse -Force }
    }
    $done.Clear()
}

function Invoke-Build {
    if (-not $done.Add('build')) { return }
    Write-Step "Compiling ($Configuration)"
    Invoke-Tool dotnet build (Join-Path $root 'FineTuning.sln') -c $Configuration --nologo -v quiet
    Write-Step 'Staging the module in bin'
    if (Test-Path $bin) { Remove-Item $bin -Recurse -Force }
    $source = Join-Path $root 'src/FineTuning'
    foreach ($target in 'net8.0', 'netstandard2.0') {
        $folder = New-Item (Join-Path $bin $target) -ItemType Directory -Force
        # PowerShell 7 brings everything else; a copy beside the module could meet another module's.
        $wanted = if ($target -eq 'net8.0') { 'FineTuning.dll', 'FineTuning.Core.dll' } else { '*.dll' }
        Get-ChildItem (Join-Path $source "bin/$Configuration/$target") -File -Include $wanted -Recurse | Copy-Item -Destination $folder
    }
    Copy-Item $source/FineTuning.psm1, $source/FineTuning.Format.ps1xml $bin
    # The vocabularies are in Core's assembly; their licence goes where people look for it.
    Copy-Item $root/src/FineTuning.Core/Tokenization/Vocabularies/LICENSE-tiktoken.txt $bin
    Invoke-Tool dotnet publish (Join-Path $root 'src/FineTuning.Server') -c $Configuration --no-build --nologo -v quiet -o (Join-Path $bin 'server')
    # SQLite is built for many platforms that run no PowerShell.
    Get-ChildItem $bin/server/runtimes -Directory | Where-Object Name -NotMatch '^(win-(x64|x86|arm64)|osx-(x64|arm64)|linux-(musl-)?(x64|arm64|arm))$' | Remove-Item -Recurse
    Get-ChildItem $bin -Recurse -Include *.pdb, *.xml, web.config, *.endpoints.json | Where-Object Name -NotLike '*.ps1xml' | Remove-Item
    Invoke-Help
}

function Invoke-Help {
    if (-not $done.Add('help')) { return }
    Install-MissingTool
    if (-not (Find-Tool 'Microsoft.PowerShell.PlatyPS')) {
        Write-Warning 'The help was not built: it needs Microsoft.PowerShell.PlatyPS.'
        return
    }
    Write-Step 'Building the help'
    if ((Invoke-Pwsh "$root/docs/Build-Help.ps1" -Module $manifest -Markdown "$root/docs/help" -Output $bin) -ne 0) { throw 'The help is not in order.' }
}

function Invoke-Docs {
    Invoke-Build
    Write-Step 'Writing docs/reliability.md'
    $env:FINETUNING_WRITE_DOCS = '1'
    try {
        Invoke-Tool dotnet test (Join-Path $root 'tests/Reliability.Tests') -c $Configuration --no-build --nologo --filter FullyQualifiedName~MatrixTests
    } finally {
        Remove-Item Env:FINETUNING_WRITE_DOCS
    }
}

function Invoke-Package {
    if (-not $done.Add('package')) { return }
    Invoke-Build
    Write-Step "Packing $package"
    if ((Invoke-Pwsh "$root/src/Build-Package.ps1" -Manifest $manifest -Package $package) -ne 0) { throw 'The package was not made.' }
}

function Invoke-Test {
    Invoke-Build
    Invoke-Package
    Install-MissingTool
    $total = @{ passed = 0; failed = 0; skipped = 0 }
    $failures = [System.Collections.Generic.List[string]]::new()

    Write-Step 'Testing with xunit'
    $results = Join-Path $artifacts 'tests'
    if (Test-Path $results) { Remove-Item $results -Recurse -Force }
    & dotnet test (Join-Path $root 'FineTuning.sln') -c $Configuration --no-build --nologo --logger trx --results-directory $results | Out-Host
    $xunit = $LASTEXITCODE
    foreach ($file in Get-ChildItem $results -Filter *.trx) {
        $outcome = [xml] (Get-Content -LiteralPath $file.FullName -Raw)
        $counter = $outcome.TestRun.ResultSummary.Counters
        $total.passed += [int] $counter.passed
        $total.failed += [int] $counter.failed
        $total.skipped += [int] $counter.total - [int] $counter.executed
        # By name, since a run that broke off has no results, and some of those that failed no message.
        foreach ($test in $outcome.SelectNodes("//*[local-name()='UnitTestResult'][@outcome='Failed']")) {
            $message = $test.SelectSingleNode(".//*[local-name()='Message']")
            $failures.Add("xunit: $($test.testName): $(if ($message) { $message.InnerText -replace '\s+', ' ' })")
        }
    }
    if ($xunit -ne 0 -and $total.failed -eq 0) {
        $total.failed++
        $failures.Add("xunit: dotnet test ended with exit code $xunit.")
    }

    $runs = [ordered]@{ 'net8.0' = $manifest; 'netstandard2.0' = (New-DesktopCopy); 'package' = (Expand-TestPackage); 'azure' = $manifest }
    foreach ($name in $runs.Keys) {
        Write-Step "Testing with Pester: $name"
        $report = Join-Path $results "pester-$name.json"
        $null = New-Item $results -ItemType Directory -Force
        $dialect = if ($name -eq 'azure') { 'Azure' } else { 'OpenAI' }
        $exit = Invoke-Pwsh "$root/tests/Module/Invoke-ModuleTests.ps1" -Module $runs[$name] -Report $report -Run $name -Dialect $dialect
        if (-not (Test-Path $report)) {
            $total.failed++
            $failures.Add("$name`: Pester ended with exit code $exit and no report.")
            continue
        }
        $counts = Get-Content $report -Raw | ConvertFrom-Json
        $total.passed += $counts.passed
        $total.failed += $counts.failed
        $total.skipped += $counts.skipped
        foreach ($failure in $counts.failures) { $failures.Add("$name`: $failure") }
    }
    # Once more, since the run printed them far above.
    foreach ($failure in $failures) { Write-Host "FAILED $failure" -ForegroundColor Red }
    Write-Host "$($total.passed) passed, $($total.failed) failed, $($total.skipped) skipped"
    if ($total.failed -gt 0) { exit 1 }
}

function New-DesktopCopy {
    # The module as Windows PowerShell sees it: without the net8.0 build, FineTuning.psm1 takes the other one.
    $copy = Join-Path $artifacts 'netstandard2.0/FineTuning'
    if (Test-Path $copy) { Remove-Item $copy -Recurse -Force }
    $null = New-Item $copy -ItemType Directory -Force
    Copy-Item $manifest $copy
    Copy-Item $bin $copy -Recurse
    Remove-Item (Join-Path $copy 'bin/net8.0') -Recurse
    Join-Path $copy 'FineTuning.psd1'
}

function Expand-TestPackage {
    $folder = Join-Path $artifacts "package/FineTuning"
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
    Expand-Archive -Path $package -DestinationPath $folder
    Join-Path $folder 'FineTuning.psd1'
}

function Invoke-Demo {
    Invoke-Build
    Write-Step 'Demonstration'
    if ((Invoke-Pwsh "$root/samples/demo.ps1") -ne 0) { throw 'The demonstration failed.' }
}

function Invoke-Soak {
    Invoke-Build
    Write-Step 'Long checks'
    if (-not $env:FINETUNING_SOAK_SCALE) { $env:FINETUNING_SOAK_SCALE = '40' }
    try {
        foreach ($project in 'Server.Tests', 'Reliability.Tests') {
            Invoke-Tool dotnet test (Join-Path $root "tests/$project") -c $Configuration --no-build --nologo --filter Category=Soak --logger 'console;verbosity=detailed'
        }
    } finally {
        Remove-Item Env:FINETUNING_SOAK_SCALE
    }
}

function Invoke-Bench {
    Invoke-Build
    Write-Step 'Comparisons'
    # The PowerShell to measure cmdlets in: this one.
    $env:FINETUNING_PWSH = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
    Invoke-Tool dotnet run --project (Join-Path $root 'tests/Benchmarks') -c $Configuration --no-build
}

foreach ($name in $Task) { & "Invoke-$name" }
