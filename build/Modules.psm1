# The PowerShell modules that tests and documentation use: which there have to be, and which there are. Their versions
# are in Directory.Packages.props. In the syntax of Windows PowerShell too, where the workflow needs it.
Set-StrictMode -Version 3.0

$root = Split-Path $PSScriptRoot
$project = ([xml] (Get-Content -LiteralPath "$root/Directory.Packages.props" -Raw)).Project

function Get-NeededModule {
    <#
    .SYNOPSIS
    Gives the modules with their range of versions, all or those that are named.
    #>
    param([string[]] $Name = '*')
    foreach ($node in $project.SelectNodes('//PowerShellModule')) {
        if (-not ($Name | Where-Object { $node.Include -like $_ })) { continue }
        $least, $below = $node.Version.Trim('[', ')') -split ',\s*'
        [pscustomobject]@{
            Name = $node.Include
            Range = $node.Version
            Least = [version] $least
            Below = [version] $below
            Purpose = $node.Purpose
        }
    }
}

function Find-NeededModule {
    <#
    .SYNOPSIS
    Gives the newest fitting version of a module that is installed, or nothing.
    #>
    param([Parameter(Mandatory)] [string] $Name)
    $needed = Get-NeededModule $Name
    Get-Module -Name $Name -ListAvailable |
        Where-Object { $_.Version -ge $needed.Least -and $_.Version -lt $needed.Below } |
        Sort-Object Version -Descending | Select-Object -First 1
}

function Get-MissingModuleText {
    <#
    .SYNOPSIS
    Says what is not done without a module, and how it is installed.
    #>
    param([Parameter(Mandatory)] [string] $Name)
    $needed = Get-NeededModule $Name
    "The module $Name is missing, which is needed for $($needed.Purpose). " +
    "Install it with: Install-PSResource $Name -Version '$($needed.Range)'"
}

function Save-Pester([string] $Folder) {
    # Pester is in NuGet too, where whoever builds this gets the packages from.
    $packages = Join-Path $Folder '.nuget'
    & dotnet restore (Join-Path $root 'tests/Module/Tools.proj') --packages $packages -v quiet | Out-Host
    foreach ($version in Get-ChildItem (Join-Path $packages 'pester') -Directory -ErrorAction Ignore) {
        $null = New-Item (Join-Path $Folder 'Pester') -ItemType Directory -Force
        Move-Item (Join-Path $version 'tools') (Join-Path (Join-Path $Folder 'Pester') $version.Name)
    }
    if (Test-Path $packages) { Remove-Item $packages -Recurse -Force }
}

function Install-NeededModule {
    <#
    .SYNOPSIS
    Puts the named modules that are missing into .modules: Pester from NuGet, the others from the PowerShell Gallery.

    .DESCRIPTION
    Modules that are installed are used. What cannot be had is a warning. A CI server installs what it needs by itself.
    #>
    param([Parameter(Mandatory)] [string[]] $Name)
    $folder = Join-Path $root '.modules'
    $null = New-Item $folder -ItemType Directory -Force
    if (-not $env:PSModulePath.StartsWith($folder)) {
        $env:PSModulePath = $folder + [IO.Path]::PathSeparator + $env:PSModulePath
    }
    foreach ($module in Get-NeededModule $Name) {
        if (Find-NeededModule $module.Name) { continue }
        if ($module.Name -eq 'Pester') {
            Write-Host 'Saving Pester into .modules'
            Save-Pester $folder
        } elseif (-not $env:CI) {
            Write-Host "Saving $($module.Name) into .modules"
            try {
                $options = @{ TrustRepository = $true; WarningAction = 'Ignore'; ErrorAction = 'Stop' }
                Save-PSResource $module.Name -Version $module.Range -Path $folder @options
            } catch {
                Write-Warning "$($module.Name) could not be had from the PowerShell Gallery: $($_.Exception.Message)"
            }
        }
        if (-not (Find-NeededModule $module.Name)) { Write-Warning (Get-MissingModuleText $module.Name) }
    }
}

Export-ModuleMember -Function Get-NeededModule, Find-NeededModule, Get-MissingModuleText, Install-NeededModule
