# Loads its assemblies as modules of others do: into a context of its own where .NET has such, as Az.Accounts does,
# else all of its folder with LoadFrom. With -ArgumentList plain it uses LoadFrom everywhere.
param([string] $Way = 'own')

$context = $null
if ($Way -eq 'own' -and $PSVersionTable.PSEdition -eq 'Core') {
    $context = [Runtime.Loader.AssemblyLoadContext]::new('Neighbour')
}
foreach ($file in Get-ChildItem -Path $PSScriptRoot -Filter *.dll | Sort-Object { $_.Name -eq 'Neighbour.dll' }) {
    $assembly = if ($context) {
        $context.LoadFromAssemblyPath($file.FullName)
    } else {
        [Reflection.Assembly]::LoadFrom($file.FullName)
    }
}
$script:user = $assembly.GetType('Neighbour.JsonUser', $true)

function Get-NeighbourJson { $script:user::Assembly }

function Measure-NeighbourSum([string] $Json) { $script:user::Sum($Json) }

Export-ModuleMember -Function Get-NeighbourJson, Measure-NeighbourSum
