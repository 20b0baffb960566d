# demo: shows the whole way of a training file on a local server.

function Invoke-Demo {
    # Whoever only looks needs no analysis of the code; Directory.Build.props sees to it that the next full build does
    # it.
    Invoke-SmallBuild '-p:RunAnalyzers=false'
    Write-Step 'Demonstration'
    if ((Invoke-Pwsh "$root/samples/demo.ps1") -ne 0) { throw 'The demonstration failed.' }
}
