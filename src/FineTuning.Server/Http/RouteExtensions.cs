namespace FineTuning.Server.Http;

/// <summary>Short forms for mapping paths.</summary>
internal static class RouteExtensions
{
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>What can be read can be asked for without its body.</summary>
    public static void MapRead(this IEndpointRouteBuilder routes, string path, RequestDelegate handler) =>
        routes.MapMethods(path, s_methods, handler);
}
