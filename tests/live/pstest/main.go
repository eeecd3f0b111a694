// Google's own fake of Pub/Sub behind a port, for the contract tests of the embedded one.
//
// The fake wants an acknowledgement deadline where the service takes 10 seconds by itself, so that is set here.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	pb "cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
)

type defaultDeadline struct{}

func (defaultDeadline) React(request any) (bool, any, error) {
	if subscription, ok := request.(*pb.Subscription); ok && subscription.AckDeadlineSeconds == 0 {
		subscription.AckDeadlineSeconds = 10
	}
	return false, nil, nil
}

func main() {
	address := flag.String("addr", "localhost:0", "host:port to listen at")
	flag.Parse()
	server := pstest.NewServerWithAddress(*address, pstest.ServerReactorOption{
		FuncName: "CreateSubscription", Reactor: defaultDeadline{},
	})
	fmt.Println(server.Addr)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	server.Close()
}
