# Chooses the assembly for this PowerShell. PowerShell 7.4 and later have what the net8.0 build needs in the box;
# Windows PowerShell and older ones take the netstandard2.0 build, which brings its own System.Text.Json.
$isThere = Test-Path -LiteralPath "$PSScriptRoot/net8.0/FineTuning.dll"
$target = if ($isThere -and $PSVersionTable.PSVersion -ge [version] '7.4') { 'net8.0' } else { 'netstandard2.0' }
$assembly = [IO.Path]::Combine($PSScriptRoot, $target, 'FineTuning.dll')

$resolver = $null
if ($target -eq 'netstandard2.0') {
    # Before any type loads that mentions an assembly of ours: Windows PowerShell has no binding redirects.
    $resolver = [Reflection.Assembly]::LoadFrom($assembly).GetType('FineTuning.Runtime.DependencyResolver', $true)
    $resolver::Attach()
}

Import-Module -Name $assembly -ErrorAction Stop

# Not in a file of types: a second copy of the module, from another folder, could not be loaded into the session then.
foreach ($type in 'FineTuningJob', 'FineTuningEvent', 'FineTuningCheckpoint') {
    # Nested values survive Export-Clixml and jobs.
    Microsoft.PowerShell.Utility\Update-TypeData -TypeName "FineTuning.Output.$type" -SerializationDepth 3 -Force
}
# A multi grader's messages are five deep, and a truncated grader is none.
Microsoft.PowerShell.Utility\Update-TypeData -TypeName FineTuning.Grader -SerializationDepth 8 -Force
# So that it binds to the cmdlets that take files, whatever characters are in the path.
$alias = @{ TypeName = 'FineTuning.Output.DatasetRepair'; MemberType = 'AliasProperty'; MemberName = 'FullName' }
Microsoft.PowerShell.Utility\Update-TypeData @alias -Value Path -Force

$MyInvocation.MyCommand.ScriptBlock.Module.OnRemove = {
    if ($resolver) { $resolver::Detach() }
}.GetNewClosure()

Export-ModuleMember -Cmdlet *
