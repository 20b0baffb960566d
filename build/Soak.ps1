# soak: runs the long checks. Each runs in test too, shortly; the variable multiplies their counts.

function Invoke-Soak {
    Invoke-Build
    Write-Step 'Long checks'
    if (-not $env:FINETUNING_SOAK_SCALE) { $env:FINETUNING_SOAK_SCALE = '40' }
    try {
        foreach ($project in 'Server.Tests', 'Reliability.Tests') {
            $tests = '--no-build', '--nologo', '--filter', 'Category=Soak', '--logger', 'console;verbosity=detailed'
            Invoke-Tool dotnet test "$root/tests/$project" -c $Configuration @tests
        }
    } finally {
        Remove-Item Env:FINETUNING_SOAK_SCALE
    }
}
