# test: runs xunit, and Pester against the staged module. All of it, or with -Filter or -Fast some of it.

# The classes of Core.Tests that take most of its time: comparisons with other programs, random and huge data, outages.
$slow = @(
    'EqualityTests', 'LongTextTests', 'TextSimilarityTests'
    'PropertyTests', 'RepairTests', 'SizeTests', 'JobWaiterTests'
)

function Invoke-Test {
    if ($Fast) { Invoke-FastBuild } else { Invoke-Build }
    Install-TestModule
    $results = Join-Path $artifacts 'tests'
    if (Test-Path $results) { Remove-Item $results -Recurse -Force }
    $null = New-Item $results -ItemType Directory -Force
    $script:passed = $script:failed = $script:skipped = 0
    $script:failures = [System.Collections.Generic.List[string]]::new()

    Write-Step 'Testing with xunit'
    Invoke-Xunit $results
    $runs = Get-PesterRun
    foreach ($name in $runs.Keys) {
        Write-Step "Testing with Pester: $name"
        Invoke-PesterRun $name $runs[$name] (Join-Path $results "pester-$name.json")
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
    Invoke-Tool dotnet build (Join-Path $root 'tests/Core.Tests') -c $Configuration --nologo -v quiet
}

function Install-TestModule {
    Import-Module "$PSScriptRoot/Modules.psm1"
    # The quick tests ask nothing of the network but Pester.
    $names = if ($Fast) { 'Pester' } else { (Get-NeededModule).Name }
    Install-NeededModule $names
}

function Get-PesterRun {
    if ($Fast -or $Filter) { return [ordered]@{ 'net8.0' = $manifest } }
    Invoke-Package
    [ordered]@{
        'net8.0' = $manifest
        'netstandard2.0' = New-DesktopCopy
        'package' = Expand-TestPackage
        'azure' = $manifest
    }
}

function Invoke-Xunit([string] $Results) {
    $arguments = @(
        if ($Fast) { Join-Path $root 'tests/Core.Tests' } else { $solution }
        '-c', $Configuration, '--no-build', '--nologo', '--logger', 'trx', '--results-directory', $Results
        if ($chosen = Get-XunitFilter) { '--filter', $chosen }
    )
    & dotnet test @arguments | Out-Host
    $exit = $LASTEXITCODE
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
    if ($exit -and -not $count) {
        $script:failed++
        $script:failures.Add("xunit: dotnet test ended with exit code $exit.")
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

function Invoke-PesterRun([string] $Name, [string] $Module, [string] $Report) {
    $arguments = @(
        '-Module', $Module, '-Report', $Report, '-Run', $Name
        '-Dialect', $(if ($Name -eq 'azure') { 'Azure' } else { 'OpenAI' })
        if ($Filter) { '-Filter', $Filter }
        if ($Fast) { '-Fast' }
    )
    $exit = Invoke-Pwsh "$root/tests/Module/Invoke-ModuleTests.ps1" @arguments
    if (-not (Test-Path $Report)) {
        $script:failed++
        $script:failures.Add("$Name`: Pester ended with exit code $exit and no report.")
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
