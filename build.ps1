#!/usr/bin/env pwsh

<#
.SYNOPSIS
Builds, tests and packages FineTuning.

.DESCRIPTION
Run it with the tasks you want, in order. Without a task it builds and tests.

  build    compiles everything and stages the module in bin/, with its help
  test     runs all tests: xunit, and Pester against the staged module, for both of its assemblies, out of
           the package, and over Azure's dialect; with -Filter or -Fast some of them
  demo     shows the whole way of a training file on a local server; compiles only what that needs
  soak     runs the long checks: random kills, many stored jobs, hostile requests and more; each runs in test
           too, shortly
  bench    compares with other programs and writes the figures into docs/performance.md
  docs     checks the help pages, and writes anew what is made of them and of the code: the module's help,
           the dataset checks, the tables of docs/reliability.md; needs Microsoft.PowerShell.PlatyPS
  package  makes artifacts/FineTuning.VERSION.nupkg
  clean    removes everything that the other tasks made

PowerShell 7.4 or later and the .NET SDK 10 are needed; build.sh finds or restores PowerShell. Each task is a file
in build/.

.PARAMETER Task
The tasks, in order: build, test, demo, soak, bench, docs, package, clean.

.PARAMETER Configuration
Release by default, or Debug.

.PARAMETER Filter
With test: runs the tests, of xunit and of Pester, with this text in their names. Pester runs them once, with the
module as PowerShell 7 loads it.

.PARAMETER Fast
With test: the subset for every day. The xunit tests of FineTuning.Core without the slow ones, and the quick Pester
files, with the module as PowerShell 7 loads it. Only what changed is compiled, and neither Windows PowerShell's build
nor the other tests are.

.EXAMPLE
./build.ps1
Builds and tests.

.EXAMPLE
./build.ps1 demo
Shows the product at work.

.EXAMPLE
./build.ps1 test -Filter RetryPolicy
Runs the tests whose names have RetryPolicy in them.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0, ValueFromRemainingArguments)]
    [ValidateSet('build', 'test', 'demo', 'soak', 'bench', 'docs', 'package', 'clean')]
    [string[]] $Task = @('build', 'test'),

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [ValidateNotNullOrEmpty()]
    [string] $Filter,

    [switch] $Fast
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot

$versions = [xml] (Get-Content -LiteralPath "$root/Directory.Packages.props" -Raw)
$least = $versions.SelectSingleNode('//LeastPowerShellVersion').InnerText
if ($PSVersionTable.PSVersion -lt [version] $least) {
    throw "PowerShell $least or later builds this module; this is $($PSVersionTable.PSVersion)."
}
if (($Filter -or $Fast) -and $Task -notcontains 'test') {
    throw '-Filter and -Fast choose tests, so they need the task test.'
}

. "$root/build/Common.ps1"
foreach ($file in Get-ChildItem "$root/build/*.ps1" | Where-Object Name -NE 'Common.ps1') { . $file.FullName }
foreach ($name in $Task) { & "Invoke-$name" }
