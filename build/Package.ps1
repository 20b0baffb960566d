# package: makes artifacts/FineTuning.VERSION.nupkg.

$package = Join-Path $artifacts "FineTuning.$((Import-PowerShellDataFile $manifest).ModuleVersion).nupkg"

function Invoke-Package {
    if (-not $done.Add('package')) { return }
    Invoke-Build
    Write-Step "Packing $package"
    if ((Invoke-Pwsh "$root/src/Build-Package.ps1" -Manifest $manifest -Package $package) -ne 0) {
        throw 'The package was not made.'
    }
}
