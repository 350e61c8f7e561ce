using Microsoft.Extensions.DependencyInjection;
using Usher.Ingress.Gateways;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Seam;

namespace Usher.Ingress;

/// <summary>Registration of the ingress hop.</summary>
public static class IngressRegistration
{
    /// <summary>Adds hop 5. Wants <see cref="SeamParts"/> and <see cref="IServiceFronts"/>.</summary>
    public static IServiceCollection AddIngress(this IServiceCollection services) => services
        .AddGateways()
        .AddSingleton(s => new LimitTable(s.GetRequiredService<SeamParts>().Time))
        .AddSingleton(s => new HostAddresses(s.GetService<IClusterNames>()))
        .AddSingleton(s => new ExternalAuth(s.GetRequiredService<HostAddresses>(), new AuthCache(s.GetRequiredService<SeamParts>().Time), s.GetRequiredService<SeamParts>().Time))
        .AddSingleton<Mirrors>()
        .AddSingleton<ErrorPages>()
        .AddSingleton(s => new BalancerTable(s.GetRequiredService<SeamParts>().Time))
        .AddSingleton<IngressService>()
        .AddSingleton<IHopCompiler, IngressCompiler>()
        .AddSingleton<IRoadStep, IngressStep>()
        .AddSingleton<IIngressStatus, NginxStatus>()
        .AddSingleton<ISecretCertificates, ShownSecrets>()
        .AddSingleton<IBuiltInImage, IngressImage>();

    private static IServiceCollection AddGateways(this IServiceCollection services) => services
        .AddSingleton<GatewayMirrors>()
        .AddSingleton<GatewayService>()
        .AddSingleton<GatewayFronts>()
        .AddSingleton<GatewayImage>()
        .AddSingleton<IReconciler, GatewayReconciler>()
        .AddSingleton<IHopCompiler, GatewayCompiler>()
        .AddSingleton<IRoadStep, GatewayStep>()
        .AddSingleton<IStatusReports, GatewayStatuses>()
        .AddSingleton<IGatewayStatus, GatewayPublished>()
        .AddSingleton<IClosedPorts, GatewayClosedPorts>()
        .AddSingleton<IBuiltInImage>(s => s.GetRequiredService<GatewayImage>())
        .AddSingleton<ICarrier>(s => s.GetRequiredService<GatewayImage>());
}
