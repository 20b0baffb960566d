# test: runs xunit, and Pester against the staged module. All of it, or with -Filter or -Fast some of it.

# The classes of Core.Tests that take most of its time: comparisons with other programs, random and huge data, outages.
$slow = @(
    'EqualityTests', 'LongTextTests', 'TextSimilarityTests'
    'PropertyTests', 'RepairTests', 'SizeTests'
    'JobWaiterTests', 'JobWaiterOutageTests', 'JobWaiterTimeTests'
)

function Invoke-Test {
    if ($Fast) { Invoke-FastBuild } else { Invoke-Build }
    Install-TestModule
    $results = Join-Path $artifacts 'tests'
    if (Test-Path $results) { Remove-Item $results -Recurse -Force }
    $null = New-Item $results -ItemType Directory -Force
    $script:passed = $script:failed = $script:skipped = 0
    $script:failures = [System.Collections.Generic.List[string]]::new()

    # Two at a time, the longest first. Each has folders and ports of its own.
    # Most processes of the tests end before code that is compiled again by what it did would repay the compiling.
    $env:DOTNET_TieredPGO = '0'
    $runs = Get-PesterRun
    $names = @($runs.Keys)
    $jobs = @(
        Start-PesterRun $names[0] $runs[0] $results
        Start-Xunit $results
        foreach ($name in $names | Select-Object -Skip 1) { Start-PesterRun $name $runs[$name] $results }
    )
    while ($jobs) {
        $ended = $jobs | Wait-Job -Any
        $jobs = @($jobs | Where-Object Id -NE $ended.Id)
        $exit = Show-Run $ended
        if ($ended.Name -eq 'xunit') { Add-XunitResult $exit $results }
        else { Add-PesterResult $ended.Name $exit (Join-Path $results "pester-$($ended.Name).json") }
    }

    if ($Filter -and -not ($script:passed + $script:failed + $script:skipped)) {
        $script:failed++
        $script:failures.Add("No test has '$Filter' in its name.")
    }
    # Once more, since the run printed them far above.
    foreach ($failure in $script:failures) { Write-Host "FAILED $failure" -ForegroundColor Red }
    Write-Host "$script:passed passed, $script:failed failed, $script:skipped skipped"
    if ($script:failed) { exit 1 }
}

function Invoke-FastBuild {
    Invoke-SmallBuild
    # The build of the tests knows by itself what is up to date.
    Invoke-DotnetBuild (Join-Path $root 'tests/Core.Tests')
}

function Install-TestModule {
    Import-Module "$PSScriptRoot/Modules.psm1"
    # The quick tests ask nothing of the network but Pester.
    $names = if ($Fast) { 'Pester' } else { (Get-NeededModule).Name }
    Install-NeededModule $names
}

function Get-PesterRun {
    if ($Fast) { return [ordered]@{ 'net8.0' = $manifest } }
    if ($Filter) { return [ordered]@{ 'net8.0' = $manifest; 'canary' = $manifest } }
    Invoke-Package
    [ordered]@{
        'net8.0' = $manifest
        'canary' = $manifest
        'netstandard2.0' = New-DesktopCopy
        'package' = Expand-TestPackage
        'azure' = $manifest
    }
}

function Start-Run([string] $Name, [string] $Program, [string[]] $Arguments) {
    Start-ThreadJob -Name $Name -ThrottleLimit 2 {
        $theirs = $using:Arguments
        & $using:Program @theirs 2>&1 | ForEach-Object { "$_" }
        "$LASTEXITCODE"
    }
}

function Show-Run($Job) {
    # Shows at once what a run has said, so that those of two runs do not mingle. Gives its exit code.
    Write-Step "Tested: $($Job.Name) ($([int] ($Job.PSEndTime - $Job.PSBeginTime).TotalSeconds) s)"
    $lines = @($Job | Receive-Job -ErrorAction Continue)
    $Job | Remove-Job
    $lines | Select-Object -SkipLast 1 | Out-Host
    $lines | Select-Object -Last 1
}

function Start-Xunit([string] $Results) {
    $arguments = @(
        'test', $(if ($Fast) { Join-Path $root 'tests/Core.Tests' } else { $solution })
        '-c', $Configuration, '--no-build', '--nologo', '--logger', 'trx', '--results-directory', $Results
        if ($chosen = Get-XunitFilter) { '--filter', $chosen }
    )
    Start-Run 'xunit' dotnet $arguments
}

function Add-XunitResult([string] $Exit, [string] $Results) {
    $count = 0
    foreach ($file in Get-ChildItem $Results -Filter *.trx) {
        $outcome = [xml] (Get-Content -LiteralPath $file.FullName -Raw)
        $counter = $outcome.TestRun.ResultSummary.Counters
        $script:passed += [int] $counter.passed
        $script:failed += [int] $counter.failed
        $script:skipped += [int] $counter.total - [int] $counter.executed
        $count += [int] $counter.failed
        # By name, since a run that broke off has no results, and some of those that failed no message.
        foreach ($test in $outcome.SelectNodes("//*[local-name()='UnitTestResult'][@outcome='Failed']")) {
            $message = $test.SelectSingleNode(".//*[local-name()='Message']")
            $said = if ($message) { $message.InnerText -replace '\s+', ' ' }
            $script:failures.Add("xunit: $($test.testName): $said")
        }
    }
    if ($Exit -ne '0' -and -not $count) {
        $script:failed++
        $script:failures.Add("xunit: dotnet test ended with exit code $Exit.")
    }
}

function Get-XunitFilter {
    $parts = @(
        # A backslash before what means something in dotnet's filters.
        if ($Filter) { $name = $Filter -replace '[\\()&|=!~]', '\$0'; "(FullyQualifiedName~$name|DisplayName~$name)" }
        if ($Fast) { $slow | ForEach-Object { "FullyQualifiedName!~.$_." } }
    )
    $parts -join '&'
}

function Start-PesterRun([string] $Name, [string] $Module, [string] $Results) {
    $arguments = @(
        '-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$root/tests/Module/Invoke-ModuleTests.ps1"
        '-Module', $Module, '-Report', (Join-Path $Results "pester-$Name.json"), '-Run', $Name
        '-Dialect', $(if ($Name -eq 'azure') { 'Azure' } else { 'OpenAI' })
        if ($Filter) { '-Filter', $Filter }
        if ($Fast) { '-Fast' }
    )
    Start-Run $Name $engine $arguments
}

function Add-PesterResult([string] $Name, [string] $Exit, [string] $Report) {
    if (-not (Test-Path $Report)) {
        $script:failed++
        $script:failures.Add("$Name`: Pester ended with exit code $Exit and no report.")
        return
    }
    $counts = Get-Content $Report -Raw | ConvertFrom-Json
    $script:passed += $counts.passed
    $script:failed += $counts.failed
    $script:skipped += $counts.skipped
    foreach ($failure in $counts.failures) { $script:failures.Add("$Name`: $failure") }
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
    $folder = Join-Path $artifacts 'package/FineTuning'
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
    Expand-Archive -Path $package -DestinationPath $folder
    Join-Path $folder 'FineTuning.psd1'
}
