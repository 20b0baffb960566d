# docs: writes everything that is made of the code and of other pages, and checks the pages that are written by hand.

function Invoke-Docs {
    Import-Module "$PSScriptRoot/Modules.psm1"
    Install-NeededModule 'Microsoft.PowerShell.PlatyPS'
    if (-not (Find-NeededModule 'Microsoft.PowerShell.PlatyPS')) { throw 'The help cannot be made.' }
    Invoke-Build
    Write-Step 'Writing the catalogue of dataset checks'
    Invoke-DocScript "$root/docs/Build-DatasetChecks.ps1"
    Write-Step 'Checking and making the help'
    Invoke-DocScript "$root/docs/Test-Help.ps1"
    Invoke-DocScript "$root/docs/Build-Help.ps1"
    # With the help that has just been made.
    Publish-Staging 'net8.0', 'netstandard2.0'

    Write-Step 'Writing docs/reliability.md'
    $env:FINETUNING_WRITE_DOCS = '1'
    try {
        $tests = '--no-build', '--nologo', '--filter', 'FullyQualifiedName~MatrixTests'
        Invoke-Tool dotnet test "$root/tests/Reliability.Tests" -c $Configuration @tests
    } finally {
        Remove-Item Env:FINETUNING_WRITE_DOCS
    }
}

function Invoke-DocScript([string] $Script) {
    if ((Invoke-Pwsh $Script -Module $manifest) -ne 0) {
        throw "$(Split-Path $Script -Leaf) found something that is not in order."
    }
}
