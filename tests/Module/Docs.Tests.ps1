# The pages that are written by hand, and that what is made of them is up to date.

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath
    Import-Module "$root/build/Modules.psm1"
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force

    # In processes of their own, since PlatyPS and the module are loaded there.
    function Invoke-Script([string] $Script, [string[]] $Argument) {
        $engine = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
        $said = & $engine -NoLogo -NoProfile -NonInteractive -File $Script @Argument 2>&1 | Out-String
        [pscustomobject]@{ Exit = $LASTEXITCODE; Said = $said }
    }
}

Describe 'The documentation' {
    It 'has pages and topics that are in order' {
        $result = Invoke-Script "$root/docs/Test-Help.ps1" '-Module', (Get-TestManifest)
        $result.Exit | Should -Be 0 -Because $result.Said
    }

    It 'has a help file in the repository that is what the pages make' {
        if (-not (Find-NeededModule 'Microsoft.PowerShell.PlatyPS')) {
            Set-ItResult -Skipped -Because (Get-MissingModuleText 'Microsoft.PowerShell.PlatyPS')
            return
        }
        $result = Invoke-Script "$root/docs/Build-Help.ps1" '-Module', (Get-TestManifest), '-Check'
        $result.Exit | Should -Be 0 -Because $result.Said
    }
}
