using System.Collections.Frozen;
using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// Ingresses, IngressClasses, ConfigMaps, Secrets and the controllers' pods → snapshot.
/// <list type="number">
/// <item>Which controllers there are: pods with the same arguments share a route table.</item>
/// <item>Each one's ConfigMap, and a table of the Ingresses that it serves.</item>
/// <item>Ingresses that none serves are told once.</item>
/// </list>
/// </summary>
internal sealed class IngressCompiler : IHopCompiler
{
    public Snapshot Compile(CompileContext context)
    {
        // Several controllers may read the same Ingress and ConfigMap: what is wrong there is wrong once.
        var inner = context with { Errors = new ErrorList() };
        var classes = new IngressClasses(inner);

        // 1.
        var pods = ControllerImage.PodsIn(context.State);
        var images = pods.Select(p => p.Image).Distinct().ToList();

        // 2.
        var before = context.Running.Find<IngressSnapshot>();
        var tables = new Dictionary<ControllerImage, CompiledRoutes>();
        var configs = new Dictionary<ControllerImage, CompiledStep<NginxConfig>>();
        foreach (var image in images) configs[image] = inner.Step(before?.Configs.GetValueOrDefault(image), c => new ConfigMapCompiler(c).Compile(image));
        var hasOrphans = !Update(inner, classes, images, before, configs, tables) && Compile(inner, classes, images, before, configs, tables);
        foreach (var error in inner.Errors.All.Distinct()) context.Errors.Add(error);

        var unserved = images.ToDictionary(i => i, i => new UnservedHosts(tables[i].Unserved.Concat(classes.Unserved)));
        var controllers = new Dictionary<IPEndPoint, ControllerPlan>();
        foreach (var (pod, image) in pods)
        {
            if (image.Ignored.Length > 0) context.Warnings.Add(pod, "spec.containers", $"of the ingress controller's arguments, {image.Ignored} isn't carried out");
            if (context.Addresses.Find(pod.Key) is not { } address) continue;
            var (routes, config) = (tables[image].Table, tables[image].Config);
            foreach (var (port, https) in new[] { (image.HttpPort, false), (image.HttpsPort, true) })
            {
                var bound = context.Addresses.Bind(pod.Key, port);
                controllers[bound] = new ControllerPlan(pod.Key, new IPEndPoint(address.Declared, port), bound, image.Class, routes) { Config = config, Https = https, PassesThrough = image.SslPassthrough, Unserved = unserved[image] };
            }
        }

        return Snapshot.Of(new IngressSnapshot(controllers.ToFrozenDictionary()) { Compiled = tables, Configs = configs, HasOrphans = hasOrphans });
    }

    /// <summary>Makes all tables. True when there are Ingresses that none serves.</summary>
    private static bool Compile(
        CompileContext context, IngressClasses classes, List<ControllerImage> images, IngressSnapshot? before, Dictionary<ControllerImage, CompiledStep<NginxConfig>> configs,
        Dictionary<ControllerImage, CompiledRoutes> tables)
    {
        var ingresses = context.State.List<V1Ingress>();
        var served = new bool[ingresses.Count];
        foreach (var image in images)
        {
            var own = new List<Resource<V1Ingress>>(ingresses.Count);
            foreach (var (i, ingress) in ingresses.Index())
            {
                if (!classes.Serves(image, ingress)) continue;
                served[i] = true;
                own.Add(ingress);
            }

            tables[image] = new RouteCompiler(context, image, configs[image].Value, before?.Compiled.GetValueOrDefault(image)).Compile(own);
        }

        // 3. Those for ingress-nginx are read all the same, for what is wrong in them.
        var unserved = ingresses.Where((_, i) => !served[i]).ToList();
        new RouteCompiler(context, ControllerImage.Standard, NginxConfig.Default, null).Compile([.. unserved.Where(i => classes.Report(i, images))]);
        return unserved.Count > 0;
    }

    /// <summary>Makes the tables of those of the running generation where only Ingresses have changed that controllers serve, at the cost of those. False when more has changed.</summary>
    private static bool Update(
        CompileContext context, IngressClasses classes, List<ControllerImage> images, IngressSnapshot? before, Dictionary<ControllerImage, CompiledStep<NginxConfig>> configs,
        Dictionary<ControllerImage, CompiledRoutes> tables)
    {
        if (before is null || before.HasOrphans || before.Compiled.Count != images.Count || !images.TrueForAll(before.Compiled.ContainsKey)
            || !ReferenceEquals(context.State.List<V1IngressClass>(), context.Running.State.List<V1IngressClass>())) return false;
        var (gone, come) = context.State.Since<V1Ingress>(context.Running.State);
        if (come.Any(i => !images.Exists(image => classes.Serves(image, i)))) return false;
        // All of them or none: what one has told by then would be told again.
        var told = context with { Errors = new ErrorList(), Warnings = new ErrorList() };
        foreach (var image in images)
        {
            if (new RouteCompiler(told, image, configs[image].Value, before.Compiled[image]).Compile(gone, [.. come.Where(i => classes.Serves(image, i))]) is not { } routes) return false;
            tables[image] = routes;
        }

        foreach (var error in told.Errors.All) context.Errors.Add(error);
        foreach (var warning in told.Warnings.All) context.Warnings.Add(warning);
        return true;
    }
}
