# The scripts of the repository keep to PSScriptAnalyzerSettings.psd1.

BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath
    # What is compiled, staged or installed has copies of scripts, or those of others.
    $made = '(^|[\\/])(bin|obj|artifacts|\.modules|node_modules|\.git)([\\/]|$)'
    $scripts = Get-ChildItem $root -Recurse -File -Include *.ps1, *.psm1 |
        Where-Object Name -NotLike '*.Tests.ps1' |
        ForEach-Object { [IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/') } |
        Where-Object { $_ -notmatch $made } | Sort-Object
}

Describe 'The style of the scripts' {
    BeforeAll {
        $root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath
        Import-Module "$root/build/Modules.psm1"
        $analyzer = Find-NeededModule PSScriptAnalyzer
        if ($analyzer) { Import-Module $analyzer.Path }
    }

    It 'is kept in <_>' -ForEach $scripts {
        if (-not $analyzer) { Set-ItResult -Skipped -Because (Get-MissingModuleText PSScriptAnalyzer); return }
        $found = Invoke-ScriptAnalyzer -Path "$root/$_" -Settings "$root/PSScriptAnalyzerSettings.psd1"
        $found | ForEach-Object { "line $($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }
}
