# Which files each run takes. net8.0 takes all that canary leaves; the others take those whose result can differ there.
@{
    # A part of net8.0 by itself: the longest file, so that it goes beside the others.
    'canary'         = @('Canary')
    # The build for Windows PowerShell has a transport, JSON, file handling and text scanning of its own (#if NET in the
    # sources), and brings the assemblies that PowerShell 7 has by itself. Each of these is met by one of these files;
    # what stands above them, such as help, graders and waiting, is the same code as net8.0's.
    'netstandard2.0' = @(
        'Coexistence', 'Compatibility', 'Connection', 'ConvertTo', 'Dataset', 'Desktop', 'Event', 'File'
        'InvokeGrader', 'Job', 'Module', 'NamedConnection', 'Reliability', 'Repair', 'Secret', 'SendFile', 'Split'
        'Stop', 'Stream', 'Token'
    )
    # The same assemblies as net8.0's, out of the package: whether all is there, is found, and works.
    'package'        = @('Desktop', 'Help', 'Module')
    # Paths, keys, deployments, lists and words of Azure's dialect.
    'azure'          = @(
        'Event', 'File', 'InvokeModel', 'Job', 'JobList', 'Model', 'NewJob', 'Permission', 'SendFile', 'Stream'
        'WaitJob'
    )
}
