# bench: compares with other programs and writes the figures into docs/performance.md.

function Invoke-Bench {
    Invoke-Build
    Write-Step 'Comparisons'
    # The PowerShell to measure cmdlets in: this one.
    $env:FINETUNING_PWSH = $engine
    Invoke-Tool dotnet run --project "$root/tests/Benchmarks" -c $Configuration --no-build
}
