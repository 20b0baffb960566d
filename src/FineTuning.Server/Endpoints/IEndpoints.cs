namespace FineTuning.Server.Endpoints;

/// <summary>The paths of one resource.</summary>
internal interface IEndpoints
{
    void Map(IEndpointRouteBuilder routes);
}
