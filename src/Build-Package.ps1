# Makes the .nupkg of the staged module: the layout that the PowerShell Gallery takes, without needing its tools.
param([Parameter(Mandatory)][string] $Manifest, [Parameter(Mandatory)][string] $Package)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$Manifest = Convert-Path -LiteralPath $Manifest
$root = Split-Path $Manifest
$data = Import-PowerShellDataFile $Manifest
$psData = $data.PrivateData.PSData
$tags = @('PSModule') + $psData.Tags + @($data.CmdletsToExport | ForEach-Object { "PSCmdlet_$_" })
function Format-Text([string] $Text) { [Security.SecurityElement]::Escape($Text) }

$nuspec = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>FineTuning</id>
    <version>$($data.ModuleVersion)</version>
    <authors>$(Format-Text $data.Author)</authors>
    <description>$(Format-Text $data.Description)</description>
    <copyright>$(Format-Text $data.Copyright)</copyright>
    <license type="expression">MIT</license>
    <tags>$(Format-Text ($tags -join ' '))</tags>
  </metadata>
</package>
"@

$types = @'
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
  <Default Extension="nuspec" ContentType="application/octet" />
  EXTENSIONS
</Types>
'@

$relations = @'
<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/FineTuning.nuspec" Id="R1" />
</Relationships>
'@

function Get-PartName([IO.FileInfo] $File) { [IO.Path]::GetRelativePath($root, $File.FullName).Replace('\', '/') }

$files = @(
    Get-Item $Manifest, "$root/README.md", "$root/LICENSE", "$root/CHANGELOG.md"
    Get-ChildItem "$root/bin" -Recurse -File
)
$extensions = $files.Extension | Where-Object { $_ } | ForEach-Object { $_.TrimStart('.').ToLowerInvariant() } |
    Sort-Object -Unique
$types = $types.Replace('EXTENSIONS', (@(
            $extensions | ForEach-Object { "<Default Extension=`"$_`" ContentType=`"application/octet`" />" }
            $files | Where-Object { -not $_.Extension } |
                ForEach-Object { "<Override PartName=`"/$(Get-PartName $_)`" ContentType=`"application/octet`" />" }
        ) -join "`n  "))

$null = New-Item (Split-Path $Package) -ItemType Directory -Force
if (Test-Path $Package) { Remove-Item $Package }
$zip = [IO.Compression.ZipFile]::Open($Package, 'Create')
try {
    foreach ($part in @{
            'FineTuning.nuspec' = $nuspec
            '[Content_Types].xml' = $types
            '_rels/.rels' = $relations
        }.GetEnumerator()) {
        $writer = [IO.StreamWriter]::new($zip.CreateEntry($part.Key).Open(), [Text.UTF8Encoding]::new($false))
        try { $writer.Write($part.Value) } finally { $writer.Dispose() }
    }
    foreach ($file in $files) {
        $null = [IO.Compression.ZipFileExtensions]::CreateEntryFromFile($zip, $file.FullName, (Get-PartName $file))
    }
} finally {
    $zip.Dispose()
}
"${Package}: $($files.Count) files, $([math]::Round((Get-Item $Package).Length / 1MB, 1)) MB"
