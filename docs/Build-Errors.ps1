<#
.SYNOPSIS
Writes the catalogue of errors, docs/errors.md, out of the code.

.DESCRIPTION
The catalogue is the definitions in FineTuning.Errors, of the module as it is staged: the static fields of each class
there. With -Check nothing is written: what is wrong is named, which is a page that is not what the code says, or an id
that two definitions have.
#>
param([Parameter(Mandatory)][string] $Module, [switch] $Check)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Import-Module $Module
$assembly = [FineTuning.Commands.ConnectFineTuningCommand].Assembly
$static = [System.Reflection.BindingFlags] 'Static, Public, NonPublic, DeclaredOnly'
$areas = [ordered]@{
    Connection        = 'connections'
    Vault             = 'secrets in vaults'
    Api               = 'requests to the service'
    NotFound          = 'ids that the service does not know'
    Identity          = 'objects and texts that name nothing of the kind that is wanted'
    File              = 'local files'
    Upload            = 'uploads'
    Dataset           = 'datasets'
    Conversion        = 'rows that become examples'
    Price             = 'prices'
    Job               = 'jobs that are waited for'
    Model             = 'asking models'
    GraderDefinition  = 'graders and items'
    Grader            = 'grading'
    LocalServer       = 'local servers'
    Server            = 'starting a local server'
}

function Get-Definition([type] $Area) {
    $definitions = foreach ($field in $Area.GetFields($static) | Sort-Object MetadataToken) {
        if ($field.FieldType.Name -in 'ErrorDefinition', 'ErrorDefinition[]') { $field.GetValue($null) }
    }
    # One that stands in a list has a field of its own, too.
    $comparer = [System.Collections.Generic.ReferenceEqualityComparer]::Instance
    $seen = [System.Collections.Generic.HashSet[object]]::new($comparer)
    $definitions | Where-Object { $seen.Add($_) }
}

function Format-Cell([string] $Text) { $Text -replace '\|', '\|' -replace '<', '&lt;' -replace '\{(\w+)\}', '*$1*' }

$types = $assembly.GetTypes() | Where-Object { $_.Namespace -eq 'FineTuning.Errors' -and $_.Name -match '^\w+Errors$' }
$catalogue = foreach ($type in $types) {
    $area = $type.Name -replace 'Errors$'
    foreach ($definition in Get-Definition $type) { [pscustomobject]@{ Area = $area; Error = $definition } }
}
$faults = @(
    $catalogue | Group-Object { $_.Error.Id } | Where-Object Count -GT 1 | ForEach-Object {
        $places = ($_.Group.Area | Sort-Object -Unique) -join ' and '
        "The error id $($_.Name) is defined in $places $($_.Count) times."
    }
    $catalogue.Area | Sort-Object -Unique | Where-Object { $_ -notin $areas.Keys } |
        ForEach-Object { "docs/Build-Errors.ps1 has no heading for the area $_." }
)

function Format-Catalogue {
    @"
# Errors

The errors that the cmdlets write or end with: $($catalogue.Count) ids. They are stable: scripts may rely on them.
``FullyQualifiedErrorId`` has the id and the name of the cmdlet's class, such as
``JobNotFound,FineTuning.Commands.GetFineTuningJobCommand``; the category is in ``CategoryInfo.Category``, and the next
step in ``ErrorDetails.RecommendedAction``. Before PowerShell 7.5 the next step also ends the message. Words in
*italics* stand for what the error at hand fills in. Where the service, the file system or the dataset has words of its
own, the message has those in place of the ones here, and the next step can be a closer one.

This page is made from the code by [Build-Errors.ps1](Build-Errors.ps1).
"@
    foreach ($area in $areas.Keys) {
        $errors = @($catalogue | Where-Object Area -EQ $area | ForEach-Object Error | Sort-Object Id -Culture '')
        if (-not $errors) { continue }
        ''
        "## $area`: $($areas[$area])"
        ''
        '| Id | Category | Message | Next step |'
        '| --- | --- | --- | --- |'
        foreach ($item in $errors) {
            $cells = "``$($item.Id)``", $item.Category, (Format-Cell $item.Message), (Format-Cell $item.Action)
            "| $($cells -join ' | ') |"
        }
    }
}

$path = "$PSScriptRoot/errors.md"
$wanted = ((Format-Catalogue) -join "`n").TrimEnd() + "`n"
$isCurrent = (Test-Path $path) -and (Get-Content $path -Raw) -ceq $wanted
if ($Check) {
    $faults
    if (-not $isCurrent) { "$path is not what the code says; run docs/Build-Errors.ps1 -Module ./FineTuning.psd1." }
} else {
    if ($faults) { throw $faults -join ' ' }
    if (-not $isCurrent) { [IO.File]::WriteAllText($path, $wanted); "Written: $path" }
}
