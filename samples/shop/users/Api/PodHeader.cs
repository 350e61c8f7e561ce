namespace Shop.Users.Api;

/// <summary>Every response says which pod made it.</summary>
internal static class PodHeader
{
    /// <summary>Adds <c>X-Pod</c> as the response starts, so that an error page has it as well.</summary>
    public static void UsePodHeader(this IApplicationBuilder app, string pod) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["X-Pod"] = pod;
            return Task.CompletedTask;
        });
        return next(context);
    });
}
